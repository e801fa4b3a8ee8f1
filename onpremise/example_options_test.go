package onpremise_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// The timeout limits one attempt. The context limits the call, with all attempts and the pauses
// between them.
func ExampleWithTimeout() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Hang().On("GetAllGroups"))
	client := server.Client(onpremise.WithTimeout(20*time.Millisecond), onpremise.WithMaxRetries(0))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	_, err := client.Groups.List(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), ctx.Err())
	// Output: true <nil>
}

func ExampleWithLogger() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Status(503, "back in a moment").With("Retry-After", "0").On("GetAllGroups").Times(1))
	client := server.Client(onpremise.WithLogger(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug, // at the info level, only transient failures are logged
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if strings.Contains("time request_id wait duration", a.Key) { // different in every run
				return slog.Attr{}
			}
			return a
		},
	}))))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// level=DEBUG msg="onpremise: log in" operation=LoginUser attempt=1 status=200
	// level=WARN msg="onpremise: list groups" operation=GetAllGroups attempt=1 status=503
	// level=DEBUG msg="onpremise: list groups" operation=GetAllGroups attempt=2 status=200
}

// The limiter delays every attempt, including those of a login.
func ExampleWithLimiter() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	limiter := rate.NewLimiter(rate.Every(time.Minute/30), 3) // 30 a minute, 3 at once
	client := server.Client(onpremise.WithLimiter(limiter))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()

	for range 3 {
		_, err := client.Groups.List(ctx)
		fmt.Println(err == nil, errors.Is(err, onpremise.ErrNotSent)) // the third would wait longer than the context allows
	}
	// Output:
	// true false
	// true false
	// false true
}

// traced adds a header to every request.
type traced struct{ next onpremise.Doer }

func (t traced) Do(req *http.Request) (*http.Response, error) {
	req.Header.Set("X-Trace", "checkout-42")
	return t.next.Do(req)
}

func ExampleWithMiddleware() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client(onpremise.WithMiddleware(func(next onpremise.Doer) onpremise.Doer { return traced{next} }))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Requests()[0].Header.Get("X-Trace"))
	// Output: checkout-42
}

func ExampleWithAttemptHook() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Status(503, "back in a moment").With("Retry-After", "0").On("GetAllGroups").Times(1))
	client := server.Client(onpremise.WithAttemptHook(func(_ context.Context, a onpremise.Attempt) { // for metrics: a.Duration, a.Wait
		fmt.Println(a.Operation, a.Number, a.Status)
	}))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// LoginUser 1 200
	// GetAllGroups 1 503
	// GetAllGroups 2 200
}
