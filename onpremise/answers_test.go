package onpremise_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// A response without its result is an error, not a zero value.
func TestResponsesWithoutResultAreErrors(t *testing.T) {
	t.Parallel()
	empty := map[string]bool{ // their results may be empty
		"Application.Settings": true, "Application.MediaProviders": true, "Groups.List": true,
		"Users.Create": true, "Users.Update": true, "Health.AppStats": true, "Health.DBStats": true, "Health.Metrics": true, "Health.Support": true, "Registration.RequestCode": true,
	}
	for _, tt := range calls {
		if empty[tt.name] || tt.answer == "" || tt.answer == "{}" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, 200, `{"meta":{"version":"v2"}}`)
			require.Error(t, tt.call(t.Context(), client))
			client, _ = newClient(t, 200, `<html>Sign in</html>`)
			if tt.name != "Profile.Photo" && tt.name != "Groups.Icon" {
				require.Error(t, tt.call(t.Context(), client))
			}
			w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
				return says(200, `<html>Sign in</html>`, "Content-Type", "text/html"), nil
			}}
			require.Error(t, tt.call(t.Context(), clientOn(t, w)))
		})
	}
}

func TestIconIsTheOnlyFileOfAForm(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, "")
	for i, want := range []onpremise.Picture{{Data: png, ContentType: "image/png"}, {Data: png, ContentType: "image/x"}} {
		require.NoError(t, client.Groups.SetIcon(t.Context(), testGroup, want))
		media, params, err := mime.ParseMediaType(w.requests[i].Header.Get("Content-Type"))
		require.NoError(t, err)
		require.Equal(t, "multipart/form-data", media)
		form, err := multipart.NewReader(strings.NewReader(w.bodies[i]), params["boundary"]).ReadForm(1 << 20)
		require.NoError(t, err)
		require.Empty(t, form.Value)
		require.Len(t, form.File, 1)
		file := form.File["File"][0]
		require.Equal(t, want.ContentType, file.Header.Get("Content-Type"))
		require.Equal(t, "picture."+strings.TrimPrefix(want.ContentType, "image/"), file.Filename)
		opened, err := file.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(opened)
		require.NoError(t, err)
		require.Equal(t, png, data)
	}
}

func TestPhotoIsSentAsItIs(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, "")
	require.NoError(t, client.Profile.UpdatePhoto(t.Context(), onpremise.Picture{Data: png}))
	require.Equal(t, "image/png", w.requests[0].Header.Get("Content-Type"))
	require.Equal(t, string(png), w.bodies[0])
}

func TestInvalidPicturesAreNotSent(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 200, "")
	for _, p := range []onpremise.Picture{{}, {Data: []byte("text")}, {Data: png, ContentType: "text/plain"}, {Data: png, ContentType: "image/x\r\n"}} {
		require.ErrorIs(t, client.Profile.UpdatePhoto(t.Context(), p), onpremise.ErrInvalidRequest)
		require.ErrorIs(t, client.Groups.SetIcon(t.Context(), testGroup, p), onpremise.ErrInvalidRequest)
	}
	require.Zero(t, w.sent())
}

func TestPictureHasItsContentType(t *testing.T) {
	t.Parallel()
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) {
		return says(200, string(png), "Content-Type", "image/png"), nil
	}}
	photo, err := clientOn(t, w).Profile.Photo(t.Context())
	require.NoError(t, err)
	require.Equal(t, &onpremise.Picture{Data: png, ContentType: "image/png"}, photo)
}

func TestRequestCodeDistinguishesItsResults(t *testing.T) {
	t.Parallel()
	req := onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "2", Method: onpremise.CodeVoice, Certificate: "c", PIN: "123456"}
	for _, tt := range []struct {
		status int
		body   string
		want   onpremise.RequestCodeResult
	}{
		{201, ``, onpremise.AlreadyRegistered{}},
		{201, `{"account":[{"vname":"x"}]}`, onpremise.AlreadyRegistered{}},
		{202, `{"account":[{"vname":"Shop"}]}`, onpremise.CodeSent{VerifiedName: "Shop"}},
		{202, ``, onpremise.CodeSent{}},
		{202, `<html>`, nil},
		{200, `{}`, nil},
	} {
		client, w := newClient(t, tt.status, tt.body)
		got, err := client.Registration.RequestCode(t.Context(), req)
		require.Equal(t, tt.want, got)
		if tt.want == nil {
			require.ErrorIs(t, err, onpremise.ErrOutcomeUnknown)
		} else {
			require.NoError(t, err)
		}
		require.Contains(t, w.bodies[0], `"pin":"123456"`)
	}
}

// Some servers respond with the bare object. An empty value for a response with neither form would be
// written back and erase data.
func TestSettingsAreReadInEitherForm(t *testing.T) {
	t.Parallel()
	application := func(ctx context.Context, c *onpremise.Client) (any, error) {
		s, err := c.Application.Settings(ctx)
		if err != nil {
			return nil, err
		}
		return []any{s.PassThrough, s.CallbackPersist, s.Webhooks.URL, s.CallbackBackoffDelay.Duration()}, nil
	}
	settings := []any{false, true, "u", time.Second} // CallbackPersist is true by default
	about := func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Profile.About(ctx) }
	business := func(ctx context.Context, c *onpremise.Client) (any, error) { return c.BusinessProfile.Get(ctx) }
	for body, tt := range map[string]struct {
		read func(context.Context, *onpremise.Client) (any, error)
		want any // nil for an error
	}{
		`{"pass_through":false,"webhooks":{"url":"u"},"callback_backoff_delay_ms":1000}`:                                {application, settings},
		`{"settings":{"application":{"pass_through":false,"webhooks":{"url":"u"},"callback_backoff_delay_ms":"1000"}}}`: {application, settings},
		`{"settings":{"profile":{"about":{"text":"hi"}}}}`:                                                              {about, "hi"},
		`{"text":"hi"}`: {about, "hi"},
		`{"text":""}`:   {about, ""},
		`{"settings":{"profile":{"about":null}}}`:                         {about, nil},
		`{"meta":{"version":"v2"}}`:                                       {about, nil},
		`{"settings":{"business":{"profile":{"email":"a@example.com"}}}}`: {business, &onpremise.BusinessProfile{Email: "a@example.com"}},
		`{"email":"a@example.com"}`:                                       {business, &onpremise.BusinessProfile{Email: "a@example.com"}},
		`{"settings":{"business":{}}}`:                                    {business, nil},
		`{"email":1}`:                                                     {business, nil},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			client, _ := newClient(t, 200, body)
			got, err := tt.read(t.Context(), client)
			if tt.want == nil {
				var e *onpremise.Error
				require.ErrorAs(t, err, &e)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestMediaProvidersAreReadWithTheirCredentials(t *testing.T) {
	t.Parallel()
	client, _ := newClient(t, 200, `{"settings":{"application":{"media":{"providers":[
		{"name":"a","type":"www","config":{"bearer":"t0ken"}},{"name":"b","config":{"basic":{"username":"u","password":"p4ss"}}},{"name":"c"}]}}}}`)
	providers, err := client.Application.MediaProviders(t.Context())
	require.NoError(t, err)
	require.Equal(t, []onpremise.MediaProvider{
		{Name: "a", Type: "www", Auth: onpremise.BearerAuth{Token: "t0ken"}},
		{Name: "b", Auth: onpremise.BasicAuth{Username: "u", Password: "p4ss"}},
		{Name: "c"},
	}, providers)
	printed := fmt.Sprintf("%v %+v %s %#v", providers, providers, providers, providers)
	require.NotContains(t, printed, "t0ken")
	require.NotContains(t, printed, "p4ss")
}

func TestHealthIsOneType(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]onpremise.Health{
		`{"health":"connected"}`:                       {Status: onpremise.GatewayConnected},
		`{"health":{"gateway_status":"unregistered"}}`: {Status: onpremise.GatewayUnregistered},
		`{"health":{"n1":{"gateway_status":"connected","role":"coreapp"},"n2":{"gateway_status":"connecting"}}}`: {
			Nodes: map[string]onpremise.NodeStatus{"n1": {GatewayStatus: "connected", Role: "coreapp"}, "n2": {GatewayStatus: "connecting"}},
		},
	} {
		client, _ := newClient(t, 200, body)
		health, err := client.Health.Check(t.Context())
		require.NoError(t, err)
		require.Equal(t, &want, health)
	}
}

func TestErrorsRedactPrivateKeys(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	both := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), keyPEM...)
	w := &wire{answer: func(int, *http.Request) (*http.Response, error) { return says(400, "cannot use "+string(keyPEM)), nil }}
	err = clientOn(t, w).Certificates.UploadExternal(t.Context(), both)
	require.ErrorContains(t, err, "[redacted]")
	require.NotContains(t, err.Error(), "PRIVATE")
	require.Equal(t, string(both), w.bodies[0])
}
