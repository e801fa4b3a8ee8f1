//go:build !race && !goexperiment.jsonv2

package onpremise_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// TestAllocations bounds what the calls that programs make most often allocate. Unlike times,
// allocations are exact, so each bound is the present count. The test is not parallel, because
// other tests allocate, too.
func TestAllocations(t *testing.T) {
	const runs = 20
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties pools
	client, err := onpremise.NewClient("https://installation.invalid", onpremise.WithToken("token"),
		onpremise.WithHTTPClient(&http.Client{Transport: sender{}}))
	require.NoError(t, err)
	var deliveries []*http.Request
	for i := range runs + 1 {
		r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(fmt.Sprintf(
			`{"contacts":[{"profile":{"name":"Ada"},"wa_id":"16315551234"}],"messages":[{"from":"16315551234","id":"%d",`+
				`"timestamp":"1767225600","type":"text","text":{"body":"Where is my order?"}}]}`, i)))
		r.Header.Set("Content-Type", "application/json")
		deliveries = append(deliveries, r)
	}
	handled, w := 0, httptest.NewRecorder()
	webhook := onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(context.Context, *onpremise.IncomingMessage) error { handled++; return nil },
	})
	for _, tt := range []struct {
		name string
		most float64
		do   func() error
	}{
		{"send", 75, func() error {
			_, err := client.Messages.Send(t.Context(), onpremise.TextMessage("16315551234", "Hello"))
			return err
		}},
		{"webhook event", 69, func() error {
			webhook.ServeHTTP(w, deliveries[handled])
			return nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := testing.AllocsPerRun(runs, func() { require.NoError(t, tt.do()) })
			assert.LessOrEqual(t, n, tt.most)
		})
	}
	assert.Equal(t, runs+1, handled)
}

// sender is a transport that responds that a message was sent.
type sender struct{}

func (sender) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	req.Body.Close()
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(strings.NewReader(`{"meta":{"api_status":"stable","version":"2.53.2"},"messages":[{"id":"gBEGkYiEB1VXAglK1ZEqA1YKPrU"}]}`)),
	}, nil
}
