//go:build !race && !goexperiment.jsonv2

package late_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
)

// TestAllocations bounds what the calls that programs make most often allocate. Unlike times,
// allocations are exact, so each bound is the present count. The counts by hand are those of
// net/http with a plain struct and no timeout. The test is not parallel, because other tests
// allocate, too.
func TestAllocations(t *testing.T) {
	const runs = 20
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties pools
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	row := lateapi.Contact{
		ID: testID, Phone: testPhone, WaID: testPhone[1:], Name: "Ada Lovelace", Email: "ada@example.com",
		Company: "Analytical Engines", Notes: "Prefers to be called in the morning.", Tags: []string{"vip", "new"},
		Groups: []string{"shop"}, IsOptedIn: true, OptInDate: at, LastMessageSentAt: at, LastMessageReceivedAt: at,
		MessagesSentCount: 12, MessagesReceivedCount: 3, CreatedAt: at, UpdatedAt: at,
	}
	one := constant(t, map[string]any{"success": true, "contact": row})
	page := constant(t, map[string]any{
		"success": true, "contacts": slices.Repeat([]lateapi.Contact{row}, 100),
		"pagination": map[string]any{"total": 1000, "limit": 100, "hasMore": true},
	})
	var chunk []late.BulkRecipient
	var results []map[string]any
	for i := range 100 {
		phone := fmt.Sprintf("+1631555%04d", i)
		chunk = append(chunk, late.BulkRecipient{Phone: phone, Variables: map[string]string{"1": "Ada"}})
		results = append(results, map[string]any{"phone": phone, "success": true, "messageId": fmt.Sprintf("wamid.%08d", i)})
	}
	report := constant(t, map[string]any{"success": true, "results": results, "summary": map[string]any{"total": 100, "sent": 100}})
	send := late.SendBulkRequest{Template: hello, Recipients: chunk}
	batch := late.FromSlice(slices.Repeat(chunk, 10))

	handled := 0
	webhook := late.NewWebhook(late.WebhookHandlers{
		MessageReceived: func(context.Context, *late.IncomingMessage) error { handled++; return nil },
	}, late.WithWebhookSecret("s1"))
	webhookByHand := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			ID, Event string
			Message   struct{ ID, Text string }
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || r.Header.Get("X-Late-Signature") != latetest.Sign("s1", string(body)) || json.Unmarshal(body, &m) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		handled++
	})

	for _, tt := range []struct {
		name   string
		most   float64
		do     func() error
		byHand func() error // nil if there is nothing like it
	}{
		{"get", 66, func() error {
			_, err := one.sdk.Contacts.Get(t.Context(), testID)
			return err
		}, one.byHand(http.MethodGet, nil, func() any { return new(struct{ Contact plainContact }) })},
		{"list of 100", 1374, func() error {
			_, err := page.sdk.Contacts.List(t.Context(), late.ListContactsOptions{Limit: 100})
			return err
		}, page.byHand(http.MethodGet, nil, func() any { return new(struct{ Contacts []plainContact }) })},
		{"bulk send to 100", 667, func() error {
			_, err := report.sdk.Messages.SendBulk(t.Context(), send)
			return err
		}, report.byHand(http.MethodPost, send, func() any {
			return new(struct {
				Results []struct{ Phone, MessageID, Error string }
			})
		})},
		{"batch of 1000", 6774, func() error {
			_, err := report.sdk.Messages.SendMany(t.Context(), hello, batch)
			return err
		}, nil},
		{"webhook event", 67, deliver(webhook), deliver(webhookByHand)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			count := func(do func() error) float64 {
				return testing.AllocsPerRun(runs, func() { require.NoError(t, do()) })
			}
			byHand := 0.0
			if tt.byHand != nil {
				byHand = count(tt.byHand)
			}
			assert.LessOrEqual(t, count(tt.do), tt.most, "%v by hand", byHand)
		})
	}
	assert.Equal(t, 2*(runs+1), handled)
}

// deliver returns a function that has h handle the signed delivery of another message each time.
func deliver(h http.Handler) func() error {
	w, n := httptest.NewRecorder(), 0
	var queue []*http.Request
	for i := range 100 {
		body := strings.Replace(incomingJSON, `"m1"`, fmt.Sprintf(`"m%d"`, i), 1)
		r := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Late-Signature", latetest.Sign("s1", body))
		queue = append(queue, r)
	}
	return func() error {
		h.ServeHTTP(w, queue[n])
		n++
		if w.Code != http.StatusOK {
			return fmt.Errorf("status %d", w.Code)
		}
		return nil
	}
}

// plainContact is what a user without an SDK would write.
type plainContact struct {
	ID, Phone, WaID, Name, Email, Company, Notes string
	Tags, Groups                                 []string
	IsOptedIn, IsBlocked                         bool
	OptInDate, CreatedAt                         time.Time
	LastMessageSentAt, LastMessageReceivedAt     time.Time
	MessagesSentCount, MessagesReceivedCount     int
}

// answer is a transport that returns the same response to every request, and a client that uses it.
type answer struct {
	body   []byte
	header http.Header
	http   *http.Client
	sdk    *late.Client
}

func constant(t *testing.T, v any) *answer {
	body, err := json.Marshal(v)
	require.NoError(t, err)
	a := &answer{body: body, header: http.Header{"Content-Type": {"application/json"}}}
	a.http = &http.Client{Transport: a}
	a.sdk, err = late.NewClient(testKey, late.WithAccount(testAccount), late.WithHTTPClient(a.http))
	require.NoError(t, err)
	return a
}

func (a *answer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: a.header.Clone(), Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}, nil
}

// byHand returns a function that makes the call without the SDK.
func (a *answer) byHand(method string, in any, out func() any) func() error {
	return func() error {
		var body io.Reader
		if in != nil {
			b, err := json.Marshal(in)
			if err != nil {
				return err
			}
			body = bytes.NewReader(b)
		}
		req, err := http.NewRequest(method, late.DefaultBaseURL+"/v1/whatsapp/contacts/"+testID, body)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+testKey)
		resp, err := a.http.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return json.NewDecoder(resp.Body).Decode(out())
	}
}
