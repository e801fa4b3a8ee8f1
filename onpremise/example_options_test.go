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

func ExampleWithHTTPClient() {
	server := onpremisetest.NewServer()
	defer server.Close()

	transport := http.DefaultTransport.(*http.Transport).Clone() // a proxy, otelhttp, a recorder …
	transport.MaxConnsPerHost = 8
	defer transport.CloseIdleConnections()
	client, err := onpremise.NewClient(server.URL, onpremise.WithCredentials(server.Username(), server.Password()),
		onpremise.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		fmt.Println(err)
		return
	}
	health, err := client.Health.Check(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(health.Status)
	// Output: connected
}

func ExampleWithMaxRetries() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	server.Inject(onpremisetest.Status(503, "back in a moment").On("GetAllGroups"))
	client := server.Client(onpremise.WithMaxRetries(0)) // somebody waits for the page: rather an error now

	_, err := client.Groups.List(context.Background())
	if e, ok := errors.AsType[*onpremise.Error](err); ok {
		fmt.Println(e.StatusCode, e.Details, len(e.Attempts))
	}
	// Output: 503 back in a moment 1
}

// The timeout is that of one attempt. The context bounds the whole call with all its attempts
// and the pauses between them.
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
		Level: slog.LevelDebug, // at the level of info, only what failed in passing
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if strings.Contains("time request_id wait duration", a.Key) { // differ from run to run
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

// A limiter of golang.org/x/time/rate. It counts every attempt, those of a login too.
func ExampleWithLimiter() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	limiter := rate.NewLimiter(rate.Every(time.Minute/30), 3) // 30 a minute, 3 at once
	client := server.Client(onpremise.WithLimiter(limiter))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()

	for range 3 {
		_, err := client.Groups.List(ctx)
		fmt.Println(err == nil, errors.Is(err, onpremise.ErrNotSent)) // the third would have to wait
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

func ExampleWithUserAgent() {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	client := server.Client(onpremise.WithUserAgent("shop/1.4"))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	product, module, _ := strings.Cut(server.Requests()[0].Header.Get("User-Agent"), " ")
	fmt.Println(product, strings.HasPrefix(module, "wabakit-go/"))
	// Output: shop/1.4 true
}
