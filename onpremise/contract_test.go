package onpremise_test

import (
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

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Every operation is called through its method on the test server, and each request and response is
// checked against the corrected contract.
func TestEveryOperationKeepsToTheContract(t *testing.T) {
	t.Parallel()
	doc := must(contract.Load("..", "onpremise"))
	operations := must(contract.Operations(doc))
	require.Len(t, operations, 55)

	server := onpremisetest.NewServer(onpremisetest.InProcess(), onpremisetest.WithUnregistered(), onpremisetest.WithFreshInstallation())
	defer server.Close()
	checker := contract.Check(t, doc, server)
	c := must(onpremise.NewClient(server.URL, onpremise.WithCredentials(server.Username(), server.Password()),
		onpremise.WithNewPassword("another one"), onpremise.WithHTTPClient(&http.Client{Transport: checker}), onpremise.WithMaxRetries(0)))
	ctx := t.Context()
	ok := func(err error) { t.Helper(); require.NoError(t, err) }
	missing := func(_ any, err error) { t.Helper(); require.ErrorIs(t, err, onpremise.ErrNotFound) }

	session := must(c.Users.Login(ctx))
	require.WithinDuration(t, time.Now().Add(7*24*time.Hour), session.ExpiresAfter.Time, time.Hour)
	require.Equal(t, "another one", server.Password())
	require.Equal(t, "ada", must(c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "one"})).Username)
	require.Equal(t, onpremise.RoleUser, must(c.Users.Get(ctx, "ada")).Role)
	must(c.Users.Update(ctx, "ada", onpremise.UpdateUserRequest{Password: "two"}))
	ok(c.Users.Delete(ctx, "ada"))
	missing(c.Users.Get(ctx, "ada"))
	ok(c.Users.Logout(ctx))

	req := onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS, Certificate: "Y2VydA=="}
	require.IsType(t, onpremise.CodeSent{}, must(c.Registration.RequestCode(ctx, req)))
	ok(c.Registration.Register(ctx, server.Code()))
	require.Equal(t, onpremise.AlreadyRegistered{}, must(c.Registration.RequestCode(ctx, req)))

	ok(c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		PassThrough: new(false), SentStatus: new(true), CallbackBackoffDelay: new(onpremise.Milliseconds(5000)),
		Media: &onpremise.MediaSettings{AutoDownload: []onpremise.MediaKind{onpremise.MediaImage}},
	}))
	settings := must(c.Application.Settings(ctx))
	require.Equal(t, []bool{false, true, true}, []bool{settings.PassThrough, settings.SentStatus, settings.CallbackPersist})
	require.Equal(t, 5*time.Second, settings.CallbackBackoffDelay.Duration())
	ok(c.Application.ResetSettings(ctx))
	require.True(t, must(c.Application.Settings(ctx)).PassThrough)
	providers := []onpremise.MediaProvider{
		{Name: "cdn", Type: "www", Auth: onpremise.BearerAuth{Token: "t0k"}},
		{Name: "files", Type: "www", Auth: onpremise.BasicAuth{Username: "u", Password: "p"}},
	}
	ok(c.Application.UpdateMediaProviders(ctx, providers))
	require.ElementsMatch(t, providers, must(c.Application.MediaProviders(ctx)))
	ok(c.Application.DeleteMediaProvider(ctx, "cdn"))
	ok(c.TwoStep.Enable(ctx, "123456"))
	ok(c.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "6505551111", PIN: "123456", Shards: 2}))
	ok(c.TwoStep.Disable(ctx))

	profile := onpremise.BusinessProfile{Address: "1 Road", Description: "Engines", Email: "a@example.com", Vertical: "Retail", Websites: []string{"https://example.com"}}
	ok(c.BusinessProfile.Update(ctx, profile))
	require.Equal(t, &profile, must(c.BusinessProfile.Get(ctx)))
	ok(c.Profile.SetAbout(ctx, "open all day"))
	require.Equal(t, "open all day", must(c.Profile.About(ctx)))
	ok(c.Profile.SetPhoto(ctx, onpremise.Picture{Data: png}))
	require.Equal(t, png, must(c.Profile.Photo(ctx)).Data)
	require.NotEmpty(t, must(c.Profile.PhotoLink(ctx)))
	ok(c.Profile.DeletePhoto(ctx))
	missing(c.Profile.Photo(ctx))

	backup := must(c.Backup.Create(ctx, "pw"))
	ok(c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: backup, Password: "pw"}))
	require.Error(t, c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: backup, Password: "wrong"}))

	require.Equal(t, []onpremise.CheckedContact{{Input: "+1 (631) 555-1234", Status: onpremise.ContactValid, WaID: testTo}},
		must(c.Contacts.Check(ctx, []string{"+1 (631) 555-1234"}, onpremise.CheckBlocking)))
	require.Equal(t, onpremise.ContactProcessing, must(c.Contacts.Check(ctx, []string{"+1 (631) 555-1235"}, onpremise.CheckNoWait))[0].Status)
	server.Advance(time.Minute)
	require.Equal(t, onpremise.ContactValid, must(c.Contacts.Wait(ctx, []string{"+1 (631) 555-1235"}))[0].Status)

	id := must(c.Media.Upload(ctx, "audio/ogg; codecs=opus", strings.NewReader("sound")))
	content := must(c.Media.Download(ctx, id))
	require.Equal(t, "sound", string(must(io.ReadAll(content))))
	require.Equal(t, "audio/ogg; codecs=opus", content.ContentType)
	ok(content.Close())
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
		require.NotEmpty(t, must(c.Messages.Send(ctx, m)))
	}
	ok(c.Media.Delete(ctx, id))
	require.ErrorIs(t, c.Media.Delete(ctx, id), onpremise.ErrNotFound)
	received := server.ReceiveText("+1 (631) 555-1234", "hello")
	ok(c.Messages.MarkRead(ctx, received))
	require.True(t, server.IsRead(received))

	group := must(c.Groups.Create(ctx, "friends")).ID
	ok(c.Groups.SetSubject(ctx, group, "best friends"))
	link := must(c.Groups.Invite(ctx, group))
	ok(server.JoinGroup(link, testTo))
	ok(c.Groups.AddAdmins(ctx, group, []string{testTo}))
	info := must(c.Groups.Get(ctx, group))
	require.Equal(t, "best friends", info.Subject)
	require.Contains(t, info.Admins, testTo)
	ok(c.Groups.RemoveAdmins(ctx, group, []string{testTo}))
	ok(c.Groups.RemoveParticipants(ctx, group, []string{testTo}))
	ok(c.Groups.RevokeInvite(ctx, group))
	require.NotEqual(t, link, must(c.Groups.Invite(ctx, group)))
	icon := onpremise.Picture{Data: png, ContentType: "image/png"}
	ok(c.Groups.SetIcon(ctx, group, icon))
	require.Equal(t, &icon, must(c.Groups.Icon(ctx, group)))
	ok(c.Groups.DeleteIcon(ctx, group))
	must(c.Messages.Send(ctx, onpremise.ToGroup(onpremise.TextMessage(group, "hi all"))))
	require.Len(t, must(c.Groups.List(ctx)), 1)
	ok(c.Groups.Leave(ctx, group))

	require.True(t, must(c.Health.Check(ctx)).Connected())
	require.NotEmpty(t, must(c.Health.AppStats(ctx)))
	require.NotEmpty(t, must(c.Health.AppStatsText(ctx)))
	require.NotEmpty(t, must(c.Health.DBStats(ctx)))
	require.NotEmpty(t, must(c.Health.DBStatsText(ctx)))
	require.NotEmpty(t, must(c.Health.Metrics(ctx)))
	require.NotEmpty(t, must(c.Health.MetricsText(ctx)))
	require.NotEmpty(t, must(c.Health.Support(ctx)))

	ca := must(c.Certificates.ExternalCA(ctx))
	ok(c.Certificates.UploadWebhookCA(ctx, ca))
	require.Equal(t, strings.TrimSpace(string(ca)), strings.TrimSpace(string(must(c.Certificates.WebhookCA(ctx)))))
	ok(c.Certificates.DeleteWebhookCA(ctx))
	missing(c.Certificates.WebhookCA(ctx))
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))})
	ok(c.Certificates.UploadExternal(ctx, append(cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))})...)))

	var ids []string
	for _, o := range operations {
		ids = append(ids, o.ID)
	}
	require.Equal(t, ids, checker.Called())
}
