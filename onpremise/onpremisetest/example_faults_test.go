package onpremisetest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// greet is the code under test.
func greet(client *onpremise.Client) error {
	_, err := client.Messages.Send(context.Background(), onpremise.TextMessage("16315551234", "hello"))
	return err
}

func ExampleFault() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client()

	// Only the second message that says hello fails.
	server.Inject(onpremisetest.Status(429, "slow down").With("Retry-After", "600").
		On("SendMessage").
		When(func(r onpremisetest.Request) bool { return bytes.Contains(r.Body, []byte("hello")) }).
		After(1).Times(1))

	for range 3 {
		fmt.Println(errors.Is(greet(client), onpremise.ErrRateLimited))
	}
	// Output:
	// false
	// true
	// false
}

func ExampleStatus() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Status(403, "This account may not send").On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, e.Details, errors.Is(err, onpremise.ErrForbidden))
	}
	// Output: 403 This account may not send true
}

func ExampleRespond() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	refusal := `{"errors": [{"code": 1013, "title": "User is not valid", "details": "to"}]}`
	server.Inject(onpremisetest.Respond(400, refusal).On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.Code, e.Message, e.Details)
	}
	// Output: 1013 User is not valid to
}

func ExampleProxyPage() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.ProxyPage(502).On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, e.ContentType, errors.Is(err, onpremise.ErrOutcomeUnknown))
	}
	// Output: 502 text/html; charset=utf-8 true
}

// A write is not redirected to another host.
func ExampleRedirect() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Redirect(307, "https://elsewhere.example.com/").On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, len(server.Messages()))
	}
	// Output: 307 0
}

// The client cannot know whether a request was processed if the connection is lost. The server
// does.
func ExampleCutBefore() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.CutBefore().On("SendMessage"))

	err := greet(server.Client())
	fmt.Println(errors.Is(err, onpremise.ErrOutcomeUnknown), len(server.Messages()))
	// Output: true 0
}

func ExampleCutAfter() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.CutAfter().On("SendMessage"))

	err := greet(server.Client())
	fmt.Println(errors.Is(err, onpremise.ErrOutcomeUnknown), len(server.Messages()))
	// Output: true 1
}

func ExampleCutHead() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.CutHead().On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, errors.Is(err, onpremise.ErrOutcomeUnknown)) // no status was received
	}
	// Output: 0 true
}

func ExampleTruncated() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Truncated().On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, errors.Is(err, onpremise.ErrOutcomeUnknown)) // a status was received, but no ID
	}
	// Output: 200 true
}

func ExampleGarbage() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Garbage().On("SendMessage"))

	err := greet(server.Client())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, e.ContentType, e.Body != "", errors.Is(err, onpremise.ErrOutcomeUnknown))
	}
	// Output: 200 application/json true true
}

func ExampleSlowBody() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.SlowBody(time.Second).On("SendMessage"))

	err := greet(server.Client(onpremise.WithTimeout(50 * time.Millisecond))) // until the response is complete
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, onpremise.ErrOutcomeUnknown))
	// Output: true true
}

func ExampleEndlessBody() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.EndlessBody().On("SendMessage"))

	err := greet(server.Client())
	fmt.Println(errors.Is(err, onpremise.ErrResponseTooLarge), errors.Is(err, onpremise.ErrOutcomeUnknown))
	// Output: true true
}

func ExampleHang() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Hang().On("SendMessage"))

	err := greet(server.Client(onpremise.WithTimeout(50 * time.Millisecond)))
	fmt.Println(errors.Is(err, context.DeadlineExceeded), errors.Is(err, onpremise.ErrOutcomeUnknown))
	// Output: true true
}

// The client gives up before the API processes the request, but cannot know that.
func ExampleLatency() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Latency(time.Hour).On("SendMessage"))

	err := greet(server.Client(onpremise.WithTimeout(50 * time.Millisecond)))
	fmt.Println(errors.Is(err, onpremise.ErrOutcomeUnknown), len(server.Messages()))
	// Output: true 0
}
