package late_test

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

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

func ExampleWithAccount() {
	server := latetest.NewServer()
	defer server.Close()

	client, err := late.NewClient(server.APIKey(), late.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Groups.List(context.Background())
	fmt.Println(errors.Is(err, late.ErrNoAccount)) // nothing was sent

	client, err = late.NewClient(server.APIKey(), late.WithBaseURL(server.URL), late.WithAccount(server.AccountID()))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Groups.List(context.Background())
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleWithBaseURL() {
	server := latetest.NewServer()
	defer server.Close()

	client, err := late.NewClient(server.APIKey(), late.WithAccount(server.AccountID()),
		late.WithBaseURL(server.URL)) // for example a proxy of yours; the default is late.DefaultBaseURL
	if err != nil {
		fmt.Println(err)
		return
	}
	groups, err := client.Groups.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(groups), "groups")
	// Output: 0 groups
}

func ExampleWithHTTPClient() {
	server := latetest.NewServer()
	defer server.Close()

	transport := http.DefaultTransport.(*http.Transport).Clone() // for example a proxy, otelhttp or a recorder
	transport.MaxConnsPerHost = 8
	defer transport.CloseIdleConnections()
	client, err := late.NewClient(server.APIKey(), late.WithAccount(server.AccountID()), late.WithBaseURL(server.URL),
		late.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		fmt.Println(err)
		return
	}
	groups, err := client.Groups.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(groups), "groups")
	// Output: 0 groups
}

func ExampleWithMaxRetries() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(503, "back in a moment"))
	client := server.Client(late.WithMaxRetries(0)) // fail at once, because a user is waiting

	_, err := client.Groups.List(context.Background())
	if e, ok := errors.AsType[*late.Error](err); ok {
		fmt.Println(e.StatusCode, e.Message, len(e.Attempts))
	}
	// Output: 503 back in a moment 1
}

// The timeout limits one attempt. The context limits the whole call, including retries.
func ExampleWithTimeout() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Hang())
	client := server.Client(late.WithTimeout(20*time.Millisecond), late.WithMaxRetries(0))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	_, err := client.Groups.List(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), ctx.Err())
	// Output: true <nil>
}

func ExampleWithLogger() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(503, "back in a moment").With("Retry-After", "0").Times(1))
	client := server.Client(late.WithLogger(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug, // at LevelInfo, only transient failures are logged
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if strings.Contains("time request_id wait duration", a.Key) { // vary between runs
				return slog.Attr{}
			}
			return a
		},
	}))))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// level=WARN msg="late: list groups" operation=getWhatsAppGroups attempt=1 status=503
	// level=DEBUG msg="late: list groups" operation=getWhatsAppGroups attempt=2 status=200
}

// A limiter of golang.org/x/time/rate keeps several programs with one API key below its limit.
func ExampleWithLimiter() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	limiter := rate.NewLimiter(rate.Every(time.Minute/30), 2) // 30 a minute, bursts of 2
	client := server.Client(late.WithLimiter(limiter))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()

	for range 3 {
		_, err := client.Groups.List(ctx)
		fmt.Println(err == nil, errors.Is(err, late.ErrNotSent)) // the third has to wait
	}
	// Output:
	// true false
	// true false
	// false true
}

// traced adds a header to every request.
type traced struct{ next late.Doer }

func (t traced) Do(req *http.Request) (*http.Response, error) {
	req.Header.Set("X-Trace", "checkout-42")
	return t.next.Do(req)
}

func ExampleWithMiddleware() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client(late.WithMiddleware(func(next late.Doer) late.Doer { return traced{next} }))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(server.Requests()[0].Header.Get("X-Trace"))
	// Output: checkout-42
}

func ExampleWithAttemptHook() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	server.Inject(latetest.Status(503, "back in a moment").With("Retry-After", "0").Times(1))
	client := server.Client(late.WithAttemptHook(func(_ context.Context, a late.Attempt) { // for metrics: a.Duration, a.Wait
		fmt.Println(a.Operation, a.Number, a.Status)
	}))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// getWhatsAppGroups 1 503
	// getWhatsAppGroups 2 200
}

func ExampleWithUserAgent() {
	server := latetest.NewServer(latetest.InProcess())
	defer server.Close()
	client := server.Client(late.WithUserAgent("shop/1.4"))

	if _, err := client.Groups.List(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	product, module, _ := strings.Cut(server.Requests()[0].Header.Get("User-Agent"), " ")
	fmt.Println(product, strings.HasPrefix(module, "wabakit-go/"))
	// Output: shop/1.4 true
}
