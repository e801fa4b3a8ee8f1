package onpremise_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/contract"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// Every operation is called through its method, and each request and response is checked against the
// corrected contract.
func TestEveryOperationKeepsToTheContract(t *testing.T) {
	t.Parallel()
	doc, err := contract.Load("..", "onpremise")
	require.NoError(t, err)
	operations, err := contract.Operations(doc)
	require.NoError(t, err)
	require.Len(t, operations, 55)

	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithUnregistered(), onpremisetest.WithFreshInstallation())
	defer server.Close()
	checker := contract.Check(t, doc, server)
	c, err := onpremise.NewClient(server.URL, onpremise.WithCredentials(server.Username(), server.Password()),
		onpremise.WithNewPassword("another one"), onpremise.WithHTTPClient(&http.Client{Transport: checker}), onpremise.WithMaxRetries(0))
	require.NoError(t, err)
	ctx := t.Context()

	t.Run("Users", func(t *testing.T) {
		session, err := c.Users.Login(ctx)
		require.NoError(t, err)
		require.WithinDuration(t, time.Now().Add(7*24*time.Hour), session.ExpiresAfter.Time, time.Hour)
		require.Equal(t, "another one", server.Password())
		ada, err := c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "one"})
		require.NoError(t, err)
		require.Equal(t, "ada", ada.Username)
		_, err = c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "one"})
		require.ErrorIs(t, err, onpremise.ErrConflict)
		ada, err = c.Users.Get(ctx, "ada")
		require.NoError(t, err)
		require.Equal(t, onpremise.RoleUser, ada.Role)
		_, err = c.Users.Update(ctx, "ada", onpremise.UpdateUserRequest{Password: "two"})
		require.NoError(t, err)
		require.NoError(t, c.Users.Delete(ctx, "ada"))
		_, err = c.Users.Get(ctx, "ada")
		require.ErrorIs(t, err, onpremise.ErrNotFound)
		require.NoError(t, c.Users.Logout(ctx))
	})

	t.Run("Registration", func(t *testing.T) {
		req := onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS, Certificate: "Y2VydA=="}
		sent, err := c.Registration.RequestCode(ctx, req)
		require.NoError(t, err)
		require.IsType(t, onpremise.CodeSent{}, sent)
		require.NoError(t, c.Registration.Register(ctx, server.Code()))
		again, err := c.Registration.RequestCode(ctx, req)
		require.NoError(t, err)
		require.Equal(t, onpremise.AlreadyRegistered{}, again)
	})

	t.Run("Application", func(t *testing.T) {
		require.NoError(t, c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
			PassThrough: new(false), SentStatus: new(true), CallbackBackoffDelay: new(onpremise.Milliseconds(5000)),
			Media: &onpremise.MediaSettings{AutoDownload: []onpremise.MediaKind{onpremise.MediaImage}},
		}))
		settings, err := c.Application.Settings(ctx)
		require.NoError(t, err)
		require.False(t, settings.PassThrough)
		require.True(t, settings.SentStatus)
		require.True(t, settings.CallbackPersist)
		require.Equal(t, 5*time.Second, settings.CallbackBackoffDelay.Duration())
		require.NoError(t, c.Application.ResetSettings(ctx))
		settings, err = c.Application.Settings(ctx)
		require.NoError(t, err)
		require.True(t, settings.PassThrough)

		want := []onpremise.MediaProvider{
			{Name: "cdn", Type: "www", Auth: onpremise.BearerAuth{Token: "t0k"}},
			{Name: "files", Type: "www", Auth: onpremise.BasicAuth{Username: "u", Password: "p"}},
		}
		require.NoError(t, c.Application.UpdateMediaProviders(ctx, want))
		got, err := c.Application.MediaProviders(ctx)
		require.NoError(t, err)
		require.ElementsMatch(t, want, got)
		require.NoError(t, c.Application.DeleteMediaProvider(ctx, "cdn"))

		require.NoError(t, c.TwoStep.Enable(ctx, "123456"))
		require.NoError(t, c.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "6505551111", PIN: "123456", Shards: 2}))
		require.NoError(t, c.TwoStep.Disable(ctx))
	})

	t.Run("Profiles", func(t *testing.T) {
		profile := onpremise.BusinessProfile{Address: "1 Road", Description: "Engines", Email: "a@example.com", Vertical: "Retail", Websites: []string{"https://example.com"}}
		require.NoError(t, c.BusinessProfile.Update(ctx, profile))
		got, err := c.BusinessProfile.Get(ctx)
		require.NoError(t, err)
		require.Equal(t, &profile, got)
		require.NoError(t, c.Profile.UpdateAbout(ctx, "open all day"))
		about, err := c.Profile.About(ctx)
		require.NoError(t, err)
		require.Equal(t, "open all day", about)
		require.NoError(t, c.Profile.UpdatePhoto(ctx, onpremise.Picture{Data: png}))
		photo, err := c.Profile.Photo(ctx)
		require.NoError(t, err)
		require.Equal(t, png, photo.Data)
		link, err := c.Profile.PhotoLink(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, link)
		require.NoError(t, c.Profile.DeletePhoto(ctx))
		_, err = c.Profile.Photo(ctx)
		require.ErrorIs(t, err, onpremise.ErrNotFound)
	})

	t.Run("Backup", func(t *testing.T) {
		data, err := c.Backup.Create(ctx, "pw")
		require.NoError(t, err)
		require.NoError(t, c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: data, Password: "pw"}))
		require.Error(t, c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: data, Password: "wrong"}))
	})

	t.Run("Contacts", func(t *testing.T) {
		contacts, err := c.Contacts.Check(ctx, []string{"+1 (631) 555-1234"}, onpremise.CheckBlocking)
		require.NoError(t, err)
		require.Equal(t, []onpremise.CheckedContact{{Input: "+1 (631) 555-1234", Status: onpremise.ContactValid, WaID: testTo}}, contacts)
		contacts, err = c.Contacts.Check(ctx, []string{"+1 (631) 555-1235"}, onpremise.CheckNoWait)
		require.NoError(t, err)
		require.Equal(t, onpremise.ContactProcessing, contacts[0].Status)
		server.Advance(time.Minute)
		contacts, err = c.Contacts.Wait(ctx, []string{"+1 (631) 555-1235"})
		require.NoError(t, err)
		require.Equal(t, onpremise.ContactValid, contacts[0].Status)
	})

	t.Run("Media and messages", func(t *testing.T) {
		id, err := c.Media.Upload(ctx, "audio/ogg; codecs=opus", strings.NewReader("sound"))
		require.NoError(t, err)
		content, err := c.Media.Download(ctx, id)
		require.NoError(t, err)
		data, err := io.ReadAll(content)
		require.NoError(t, err)
		require.NoError(t, content.Close())
		require.Equal(t, "sound", string(data))
		require.Equal(t, "audio/ogg; codecs=opus", content.ContentType)

		picture, err := c.Media.Upload(ctx, "image/png", bytes.NewReader(png))
		require.NoError(t, err)
		require.NoError(t, c.Media.Delete(ctx, picture))
		require.ErrorIs(t, c.Media.Delete(ctx, picture), onpremise.ErrNotFound)
		for _, m := range []onpremise.Message{
			onpremise.TextMessage(testTo, "hi"), onpremise.PreviewMessage(testTo, "see https://example.com"),
			onpremise.AudioMessage(testTo, onpremise.MediaID(id)),
			onpremise.ImageMessage(testTo, onpremise.MediaLink("https://example.com/a.png", "files"), "look"),
			onpremise.VideoMessage(testTo, onpremise.MediaLink("https://example.com/a.mp4", ""), ""),
			onpremise.DocumentMessage(testTo, onpremise.MediaID(id), "a.ogg", "listen"),
			onpremise.LocationMessage(testTo, 38.9, -131.99, "Beach", "1 Road"),
			onpremise.ContactsMessage(testTo, onpremise.ContactCard{Name: onpremise.ContactName{FormattedName: "Ada"}}),
			onpremise.StickerMessage(testTo, onpremise.MediaLink("https://example.com/a.webp", "")),
			onpremise.ButtonsMessage(testTo, "Tea?", onpremise.ReplyButton{ID: "y", Title: "Yes"}),
			onpremise.ListMessage(testTo, "Which?", "Menu", onpremise.ListSection{Rows: []onpremise.ListRow{{ID: "1", Title: "Green"}}}),
			onpremise.TemplateMessage(testTo, "ns", "order", "en_US", onpremise.HeaderComponent(onpremise.ImageParam(onpremise.MediaID(id))),
				onpremise.BodyComponent(onpremise.TextParam("Ada"), onpremise.CurrencyParam("$1", "USD", 1000)), onpremise.QuickReplyComponent(0, "later")),
			onpremise.HSMMessage(testTo, "ns", "order", onpremise.Fallback("en_US"), onpremise.HSMText("Ada"),
				onpremise.HSMCurrency("$1", "USD", 1000), onpremise.HSMEpoch("now", utc), onpremise.HSMDateTime("now", onpremise.PartsOf(utc))),
		} {
			sent, err := c.Messages.Send(ctx, m)
			require.NoError(t, err, m.Type)
			require.NotEmpty(t, sent)
		}
		received := server.ReceiveText("+1 (631) 555-1234", "hello")
		require.NoError(t, c.Messages.MarkRead(ctx, received))
		require.True(t, server.IsRead(received))
	})

	t.Run("Groups", func(t *testing.T) {
		group, err := c.Groups.Create(ctx, "friends")
		require.NoError(t, err)
		require.NoError(t, c.Groups.Update(ctx, group.ID, "best friends"))
		link, err := c.Groups.Invite(ctx, group.ID)
		require.NoError(t, err)
		require.NoError(t, server.JoinGroup(link, testTo))
		require.NoError(t, c.Groups.AddAdmins(ctx, group.ID, []string{testTo}))
		info, err := c.Groups.Get(ctx, group.ID)
		require.NoError(t, err)
		require.Equal(t, "best friends", info.Subject)
		require.Contains(t, info.Admins, testTo)
		require.NoError(t, c.Groups.RemoveAdmins(ctx, group.ID, []string{testTo}))
		require.NoError(t, c.Groups.RemoveParticipants(ctx, group.ID, []string{testTo}))
		require.NoError(t, c.Groups.RevokeInvite(ctx, group.ID))
		other, err := c.Groups.Invite(ctx, group.ID)
		require.NoError(t, err)
		require.NotEqual(t, link, other)
		require.NoError(t, c.Groups.SetIcon(ctx, group.ID, onpremise.Picture{Data: png, ContentType: "image/png"}))
		icon, err := c.Groups.Icon(ctx, group.ID)
		require.NoError(t, err)
		require.Equal(t, &onpremise.Picture{Data: png, ContentType: "image/png"}, icon)
		require.NoError(t, c.Groups.DeleteIcon(ctx, group.ID))
		_, err = c.Messages.Send(ctx, onpremise.ToGroup(onpremise.TextMessage(group.ID, "hi all")))
		require.NoError(t, err)
		groups, err := c.Groups.List(ctx)
		require.NoError(t, err)
		require.Len(t, groups, 1)
		require.NoError(t, c.Groups.Leave(ctx, group.ID))
	})

	t.Run("Health", func(t *testing.T) {
		health, err := c.Health.Check(ctx)
		require.NoError(t, err)
		require.True(t, health.Status == onpremise.GatewayConnected || len(health.Nodes) > 0)
		for _, f := range []func() (any, error){
			func() (any, error) { return c.Health.AppStats(ctx) }, func() (any, error) { return c.Health.AppStatsText(ctx) },
			func() (any, error) { return c.Health.DBStats(ctx) }, func() (any, error) { return c.Health.DBStatsText(ctx) },
			func() (any, error) { return c.Health.Metrics(ctx) }, func() (any, error) { return c.Health.MetricsText(ctx) },
			func() (any, error) { return c.Health.Support(ctx) },
		} {
			got, err := f()
			require.NoError(t, err)
			require.NotEmpty(t, got)
		}
	})

	t.Run("Certificates", func(t *testing.T) {
		ca, err := c.Certificates.ExternalCA(ctx)
		require.NoError(t, err)
		require.NoError(t, c.Certificates.UploadWebhookCA(ctx, ca))
		got, err := c.Certificates.WebhookCA(ctx)
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(string(ca)), strings.TrimSpace(string(got)))
		require.NoError(t, c.Certificates.DeleteWebhookCA(ctx))
		_, err = c.Certificates.WebhookCA(ctx)
		require.ErrorIs(t, err, onpremise.ErrNotFound)
		require.NoError(t, c.Certificates.UploadExternal(ctx, served(t)))
	})

	var ids []string
	for _, o := range operations {
		ids = append(ids, o.ID)
	}
	require.Equal(t, ids, checker.Called())
}

// served returns a self-signed certificate and its key.
func served(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
}
