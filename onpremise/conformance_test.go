package onpremise_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/conformance"
	"github.com/wabakit/wabakit-go/onpremise"
)

var retryRules = conformance.Rules{
	Never: []string{
		"SendMessage", "RequestCode", "RegisterAccount", "CreateGroup", "LeaveGroup", "SetShards", "RestoreSettings", "UploadMedia",
		"CreateUser", "DeleteGroupInvite",
		"LogoutUser", // the first attempt ends the token that the retry would use
	},
	Delete: []string{
		"DeleteUser", "DeleteMedia", "DeleteMediaProviders", "DeleteGroupIcon", "DeleteProfilePhoto", "DeleteWebhookCaCertificate",
		"DisableTwoStep",
	},
	Untimed: []string{"UploadMedia", "DownloadMedia"},
	Files:   []string{"DownloadMedia", "GetGroupIconBinary", "GetProfilePhoto"},
	Streams: []string{"DownloadMedia"},
	Lookups: []string{"CheckContact"},
}

func TestContractSaysWhatIsRetried(t *testing.T) {
	t.Parallel()
	conformance.Load(t, "onpremise", retryRules).CheckRules(t, slices.Collect(maps.Keys(wrappers)))
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformingClient(t).Run(t)
}

func TestErrorsAreSmall(t *testing.T) { conformingClient(t).CheckMemory(t, "GetUser") }

// conformingClient has a token, except for the login, for which it has credentials.
func conformingClient(t *testing.T) *conformance.Client {
	t.Helper()
	c := conformance.Load(t, "onpremise", retryRules)
	for i := range c.Operations {
		op := &c.Operations[i]
		op.Lasts, op.Secrets = op.ID == onpremise.OpLoginUser, secretive[op.ID].secrets
		op.Lookup = op.Lookup || op.ID == onpremise.OpLoginUser // at worst there is a token that nobody has
	}
	c.Call = func(ctx context.Context, op string, s conformance.Settings) (any, error) {
		credentials := onpremise.WithToken(testToken)
		if op == "LoginUser" {
			credentials = onpremise.WithCredentials(testUser, testPassword)
		}
		return callWith(credentials, nil)(ctx, op, s)
	}
	c.Report = report
	c.Refusal = `{"errors":[{"code":1004,"title":"The server does not want it","details":"at all"}]}`
	c.Message = "The server does not want it"
	c.Secrets = []string{testToken, testPassword, base64.StdEncoding.EncodeToString([]byte(testUser + ":" + testPassword))}
	c.Adjust = adjust
	return c
}

// A call that gets no token because the login failed has not been sent, whatever became of the login.
func TestConformanceOfLogins(t *testing.T) {
	t.Parallel()
	c := loginClient(t, nil)
	c.Struck = isLogin
	for i := range c.Operations {
		c.Operations[i].Lasts = true
	}
	login := conformance.Operation{ID: onpremise.OpLoginUser, Repeat: true, Lookup: true}
	c.Adjust = func(_ conformance.Operation, f conformance.Fault, times int, e *conformance.Expectation) {
		*e = f.Expect(login, false, times)
		adjust(login, f, times, e)
		e.Reported, e.Status = 0, 0
		if e.Success && e.Processed != conformance.Unknown {
			e.Processed, e.Attempts = e.Processed+1, e.Attempts+1
		}
		if !e.Success && !slices.Contains(e.Is, onpremise.ErrNotSent) {
			e.Is = append(e.Is, onpremise.ErrNotSent)
		}
	}
	c.Run(t)
}

// A token that the server refuses is replaced once, and the call is sent again: it was not processed.
func TestConformanceOfRefusedTokens(t *testing.T) {
	t.Parallel()
	c := loginClient(t, func(ctx context.Context, c *onpremise.Client) error {
		_, err := c.Users.Login(ctx)
		return err
	})
	c.Struck = func(r *http.Request) bool { return !isLogin(r) }
	c.Only = func(f conformance.Fault) bool { return f.Status == http.StatusUnauthorized }
	c.Adjust = func(op conformance.Operation, _ conformance.Fault, _ int, e *conformance.Expectation) {
		// Two logins and two attempts, the second of which succeeds.
		e.Success, e.Failure, e.Attempts, e.Processed = true, false, 4, 3
		if op.ID == onpremise.OpLogoutUser {
			e.Attempts, e.Processed = 2, 1 // a token that has expired needs no logout
		}
	}
	c.Run(t)
}

// sleepyTokens is a source of tokens that takes its time.
type sleepyTokens struct{}

func (sleepyTokens) Token(context.Context) (string, error) {
	time.Sleep(100 * time.Millisecond)
	return testToken, nil
}

func TestAttemptReportsTheWaitForItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wait time.Duration
		client := clientWith(t, roundTrip(func(*http.Request) (*http.Response, error) {
			return newResponse(http.StatusOK, `{"messages":[{"id":"m"}]}`), nil
		}), onpremise.WithTokenSource(sleepyTokens{}), onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) { wait = a.Wait }))
		require.NoError(t, send(t.Context(), client, "hi"))
		require.Equal(t, 100*time.Millisecond, wait)
	})
}

// loginClient logs in for every operation.
func loginClient(t *testing.T, first func(context.Context, *onpremise.Client) error) *conformance.Client {
	t.Helper()
	c := conformingClient(t)
	response := c.Response
	var logins atomic.Int64
	c.Response = func(op string, r *http.Request) conformance.Response {
		if !isLogin(r) {
			return response(op, r)
		}
		login := response(onpremise.OpLoginUser, r)
		login.Body = fmt.Appendf(nil, `{"users":[{"token":"%s-%d"}]}`, testToken, logins.Add(1)) // another each time
		return login
	}
	c.Call = callWith(onpremise.WithCredentials(testUser, testPassword), first)
	c.Operations = slices.DeleteFunc(c.Operations, func(op conformance.Operation) bool {
		return op.ID == onpremise.OpLoginUser || op.ID == onpremise.OpLogoutUser && first == nil // sends nothing without a token
	})
	return c
}

// isLogin reports whether r carries a password.
func isLogin(r *http.Request) bool {
	_, _, ok := r.BasicAuth()
	return ok
}

// callWith makes a client and calls an operation, after a first call.
func callWith(credentials onpremise.Option, first func(context.Context, *onpremise.Client) error) func(context.Context, string, conformance.Settings) (any, error) {
	return func(ctx context.Context, op string, s conformance.Settings) (any, error) {
		client, err := onpremise.NewClient(s.URL+"/v1", credentials, onpremise.WithHTTPClient(s.HTTP),
			onpremise.WithMaxRetries(s.Retries), onpremise.WithTimeout(s.Timeout), onpremise.WithLogger(s.Logger),
			onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) { s.Hook(attempt(a)) }))
		if err == nil && first != nil {
			err = first(ctx, client)
		}
		if err != nil {
			return nil, err
		}
		call := wrappers[op]
		if c, ok := secretive[op]; ok {
			call = c.call
		}
		value, err := call(ctx, client)
		if content, ok := value.(*onpremise.Content); ok && err == nil {
			defer content.Close()
			return io.ReadAll(content)
		}
		return value, err
	}
}

// secretive are calls with a secret in their request.
var secretive = map[string]struct {
	secrets []string
	call    func(ctx context.Context, c *onpremise.Client) (any, error)
}{
	"CreateUser": {[]string{"their passw0rd"}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "their passw0rd"})
	}},
	"UpdateUser": {[]string{"their passw0rd"}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Users.Update(ctx, "ada", onpremise.UpdateUserRequest{Password: "their passw0rd"})
	}},
	"BackupSettings": {[]string{"backup passw0rd"}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Backup.Create(ctx, "backup passw0rd")
	}},
	"RestoreSettings": {[]string{"backup passw0rd"}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: "ZGF0YQ==", Password: "backup passw0rd"}))
	}},
	"UpdateMediaProviders": {[]string{"t0ken-of-the-cdn", "passw0rd of the cdn"}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{
			{Name: "cdn", Type: "www", Auth: onpremise.BearerAuth{Token: "t0ken-of-the-cdn"}},
			{Name: "cdn2", Type: "www", Auth: onpremise.BasicAuth{Username: "ada", Password: "passw0rd of the cdn"}},
		}))
	}},
	"UploadCertificate": {[]string{keyLine}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.UploadExternal(ctx, certificateWithKey))
	}},
	"UploadWebhookCaCertificate": {[]string{keyLine}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.UploadWebhookCA(ctx, certificateWithKey))
	}},
	"SetShards":       {[]string{"123456"}, wrappers["SetShards"]},
	"EnableTwoStep":   {[]string{"123456"}, wrappers["EnableTwoStep"]},
	"RegisterAccount": {[]string{"123456"}, wrappers["RegisterAccount"]},
	"RequestCode": {[]string{"123456"}, func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{
			CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS, Certificate: "Y2VydA==", PIN: "123456",
		})
	}},
}

var (
	privateKey         = bytes.Repeat([]byte("private"), 30)
	keyLine            = base64.StdEncoding.EncodeToString(privateKey)[:64]
	certificateWithKey = append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateKey}), testPEM...)
)

func attempt(a onpremise.Attempt) conformance.Attempt {
	return conformance.Attempt{Operation: a.Operation, RequestID: a.RequestID, Number: a.Number, Status: a.Status, Err: a.Err}
}

func report(err error) *conformance.Report {
	e, ok := errors.AsType[*onpremise.Error](err)
	if !ok {
		return nil
	}
	r := &conformance.Report{
		Operation: e.Operation, RequestID: e.RequestID, Status: e.StatusCode, RetryAfter: e.RetryAfter, Message: e.Message,
		Printed: fmt.Sprintf("%+v", *e),
	}
	for _, a := range e.Attempts {
		r.Attempts = append(r.Attempts, attempt(a))
	}
	return r
}

// adjust is for operations with rules of their own.
func adjust(op conformance.Operation, f conformance.Fault, _ int, e *conformance.Expectation) {
	switch op.ID {
	case "LoginUser":
		// The login goes on for the next call.
		if after, reason := f.Ending(); reason != nil {
			*e = conformance.Expectation{Attempts: conformance.Unknown, Processed: conformance.Unknown, Failure: true,
				Elapsed: int64(after), Is: []error{reason}}
			if after == 0 {
				e.Is = append(e.Is, onpremise.ErrNotSent)
			}
		}
	case "LogoutUser":
		// A token that has expired needs no logout.
		if f.Status == http.StatusUnauthorized {
			e.Success, e.Failure = true, false
		}
	}
}
