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
	"testing"

	"github.com/wabakit/wabakit-go/internal/faultwire"
	"github.com/wabakit/wabakit-go/onpremise"
)

var rules = faultwire.Rules{
	Never: []string{
		"SendMessage", "RequestCode", "RegisterAccount", "CreateGroup", "LeaveGroup", "SetShards", "RestoreSettings", "UploadMedia",
		"CreateUser", "DeleteGroupInvite",
		"LogoutUser", // the repeat would come with a token that the first one ended
	},
	Delete: []string{
		"DeleteUser", "DeleteMedia", "DeleteMediaProviders", "DeleteGroupIcon", "DeleteProfilePhoto", "DeleteWebhookCaCertificate",
		"DisableTwoStep",
	},
	Untimed: []string{"UploadMedia", "DownloadMedia"},
	Files:   []string{"DownloadMedia", "GetGroupIconBinary", "GetProfilePhoto"},
	Streams: []string{"DownloadMedia"},
}

func TestTheContractSaysWhatMayBeRepeated(t *testing.T) {
	t.Parallel()
	faultwire.Load(t, "onpremise", rules).HoldRules(t, slices.Collect(maps.Keys(wrappers)))
}

func TestEveryOperationUnderEveryFault(t *testing.T) {
	t.Parallel()
	subject(t).Hold(t)
}

func TestEveryOperationUnderFaultsOfARealConnection(t *testing.T) {
	t.Parallel()
	subject(t).HoldOnLoopback(t)
}

func TestAnErrorHoldsLittleOfItsAnswer(t *testing.T) {
	subject(t).HoldMemory(t, "GetUser")
}

// subject is the client as the faults see it. It has a token; for the login, it has credentials.
func subject(t *testing.T) *faultwire.Subject {
	t.Helper()
	s := faultwire.Load(t, "onpremise", rules)
	for i := range s.Operations {
		op := &s.Operations[i]
		op.Lasts, op.Secrets = op.ID == "LoginUser", secretive[op.ID].secrets
	}
	s.Call = func(ctx context.Context, op string, setup faultwire.Setup) (any, error) {
		credentials := onpremise.WithToken(testToken)
		if op == "LoginUser" {
			credentials = onpremise.WithCredentials(testUser, testPassword)
		}
		return calling(credentials, nil)(ctx, op, setup)
	}
	s.Report = report
	s.Refusal = `{"errors":[{"code":1004,"title":"The server does not want it","details":"at all"}]}`
	s.Message = "The server does not want it"
	s.Secrets = []string{testToken, testPassword, base64.StdEncoding.EncodeToString([]byte(testUser + ":" + testPassword))}
	s.Amend = amend
	return s
}

// calling makes a client and calls an operation of it, after what has to be called before.
func calling(credentials onpremise.Option, before func(context.Context, *onpremise.Client) error) func(context.Context, string, faultwire.Setup) (any, error) {
	return func(ctx context.Context, op string, s faultwire.Setup) (any, error) {
		client, err := onpremise.NewClient(s.URL+"/v1", credentials, onpremise.WithHTTPClient(s.HTTP),
			onpremise.WithMaxRetries(s.Retries), onpremise.WithTimeout(s.Timeout), onpremise.WithLogger(s.Logger),
			onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) { s.Hook(a.Err) }))
		if err == nil && before != nil {
			err = before(ctx, client)
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

// secretive are the calls with something that nobody should read in a log.
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

func report(err error) *faultwire.Report {
	e, ok := errors.AsType[*onpremise.Error](err)
	if !ok {
		return nil
	}
	return &faultwire.Report{
		Operation: e.Operation, RequestID: e.RequestID, Attempts: len(e.Attempts), Status: e.StatusCode,
		RetryAfter: e.RetryAfter, Message: e.Message, Printed: fmt.Sprintf("%+v", *e),
	}
}

// amend says what is another way with some operations.
func amend(op faultwire.Operation, f faultwire.Fault, want *faultwire.Want) {
	switch op.ID {
	case "LoginUser":
		// At worst there is a token that nobody has.
		want.Is = slices.DeleteFunc(want.Is, func(is error) bool { return is == onpremise.ErrOutcomeUnknown })
		// The login goes on for the next call.
		if after, reason := f.Ends(); reason != nil {
			*want = faultwire.Want{Attempts: -1, Elapsed: after, Is: []error{reason}}
			if after == 0 {
				want.Is = append(want.Is, onpremise.ErrNotSent)
			}
		}
	case "LogoutUser":
		// A token that has ended already needs no logout.
		want.Success = want.Success || f.Status == http.StatusUnauthorized
	}
}
