package latetest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// signUp is the code under test.
func signUp(client *late.Client) error {
	_, err := client.Contacts.Create(context.Background(), late.CreateContactRequest{Phone: "+16315551234", Name: "Ada"})
	return err
}

func ExampleFault() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client()

	// Only the second request that creates a contact named Ada fails.
	server.Inject(latetest.Status(429, "slow down").With("Retry-After", "600").
		On("createWhatsAppContact").
		When(func(r latetest.Request) bool { return bytes.Contains(r.Body, []byte(`"Ada"`)) }).
		After(1).Times(1))

	for range 3 {
		err := signUp(client)
		fmt.Println(errors.Is(err, late.ErrRateLimited), errors.Is(err, late.ErrConflict))
	}
	// Output:
	// false false
	// true false
	// false true
}

func ExampleStatus() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(403, "Your plan does not include this"))

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.Message, errors.Is(err, late.ErrForbidden))
	}
	// Output: 403 Your plan does not include this true
}

func ExampleRespond() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Respond(400, `{"error": "phone is not valid", "code": "invalid_phone", "param": "phone"}`))

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.Message, e.Code, e.Param)
	}
	// Output: phone is not valid invalid_phone phone
}

func ExampleProxyPage() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.ProxyPage(502))

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.ContentType, errors.Is(err, late.ErrOutcomeUnknown))
	}
	// Output: 502 text/html; charset=utf-8 true
}

// A write is not redirected to another host.
func ExampleRedirect() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Redirect(307, "https://elsewhere.example.com/"))

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, len(server.Requests()))
	}
	// Output: 307 1
}

// The client cannot know whether a request was processed if the connection is lost. The server
// does.
func ExampleCutBefore() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.CutBefore())

	err := signUp(server.Client())
	fmt.Println(errors.Is(err, late.ErrOutcomeUnknown), server.Requests()[0].Processed)
	// Output: true false
}

func ExampleCutAfter() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.CutAfter())

	err := signUp(server.Client())
	fmt.Println(errors.Is(err, late.ErrOutcomeUnknown), server.Requests()[0].Processed)
	// Output: true true
}

func ExampleCutHead() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.CutHead())

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, errors.Is(err, late.ErrOutcomeUnknown)) // no status was received
	}
	// Output: 0 true
}

func ExampleTruncated() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Truncated())

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, errors.Is(err, late.ErrOutcomeUnknown)) // a status was received, but no contact
	}
	// Output: 200 true
}

func ExampleGarbage() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Garbage())

	err := signUp(server.Client())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.ContentType, e.Body != "", errors.Is(err, late.ErrOutcomeUnknown))
	}
	// Output: 200 application/json true true
}

func ExampleSlowBody() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.SlowBody(time.Second))

	err := signUp(server.Client(late.WithTimeout(20 * time.Millisecond))) // until the response is complete
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, late.ErrOutcomeUnknown))
	// Output: true true
}

func ExampleEndlessBody() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.EndlessBody())

	err := signUp(server.Client())
	fmt.Println(errors.Is(err, late.ErrResponseTooLarge), errors.Is(err, late.ErrOutcomeUnknown))
	// Output: true true
}

func ExampleHang() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Hang())

	err := signUp(server.Client(late.WithTimeout(20 * time.Millisecond)))
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, late.ErrOutcomeUnknown))
	// Output: true true
}

// The client gives up before the API processes the request, but cannot know that.
func ExampleLatency() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Latency(time.Hour))

	err := signUp(server.Client(late.WithTimeout(20 * time.Millisecond)))
	fmt.Println(errors.Is(err, late.ErrOutcomeUnknown), server.Requests()[0].Processed)
	// Output: true false
}
