package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
)

const (
	base = "https://late.invalid/api"
	key  = "sk_bench_0123456789abcdef"
	id   = "65f1a2b3c4d5e6f708192a3b"
)

// contact is what a user without an SDK would write.
type contact struct {
	ID                    string            `json:"id"`
	Phone                 string            `json:"phone"`
	WaID                  string            `json:"waId"`
	Name                  string            `json:"name"`
	Email                 string            `json:"email"`
	Company               string            `json:"company"`
	Notes                 string            `json:"notes"`
	Tags                  []string          `json:"tags"`
	Groups                []string          `json:"groups"`
	CustomFields          map[string]string `json:"customFields,omitempty"`
	IsOptedIn             bool              `json:"isOptedIn"`
	OptInDate             time.Time         `json:"optInDate"`
	IsBlocked             bool              `json:"isBlocked"`
	LastMessageSentAt     time.Time         `json:"lastMessageSentAt"`
	LastMessageReceivedAt time.Time         `json:"lastMessageReceivedAt"`
	MessagesSentCount     int               `json:"messagesSentCount"`
	MessagesReceivedCount int               `json:"messagesReceivedCount"`
	CreatedAt             time.Time         `json:"createdAt"`
}

func newContact(i int, custom bool) contact {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	c := contact{
		ID: id[:18] + fmt.Sprintf("%06x", i), Phone: fmt.Sprintf("+1631%07d", i), WaID: fmt.Sprintf("1631%07d", i),
		Name: fmt.Sprint("Ada Lovelace ", i), Email: "ada@example.com", Company: "Analytical Engines",
		Notes: "Prefers to be called in the morning.", Tags: []string{"vip", "new"}, Groups: []string{"shop"},
		IsOptedIn: true, OptInDate: at, LastMessageSentAt: at, LastMessageReceivedAt: at, CreatedAt: at,
		MessagesSentCount: 12, MessagesReceivedCount: 3,
	}
	if custom {
		c.CustomFields = map[string]string{"city": "London", "plan": "gold"}
	}
	return c
}

// memory is a transport that returns the same response to every request.
type memory struct {
	header http.Header
	body   []byte
}

func respond(v any) *memory {
	return &memory{body: must(json.Marshal(v)), header: http.Header{
		"Content-Type":          {"application/json"},
		"Date":                  {time.Now().UTC().Format(http.TimeFormat)},
		"X-Request-Id":          {"01J8Z3K4M5N6P7Q8R9S0T1V2W3"},
		"X-Ratelimit-Limit":     {"999999999"},
		"X-Ratelimit-Remaining": {"999999999"},
		"X-Ratelimit-Reset":     {strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10)},
	}}
}

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		io.Copy(io.Discard, req.Body)
		req.Body.Close()
	}
	return &http.Response{
		Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: m.header.Clone(),
		Body: io.NopCloser(bytes.NewReader(m.body)), ContentLength: int64(len(m.body)), Request: req,
	}, nil
}

func (m *memory) client() *http.Client { return &http.Client{Transport: m} }

// get is a call by hand: net/http without a timeout, and a plain struct.
func get[T any](client *http.Client, url string) {
	req := must(http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil))
	req.Header.Set("Authorization", "Bearer "+key)
	resp := must(client.Do(req))
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		panic(resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(new(T)); err != nil {
		panic(err)
	}
}

func newClient(baseURL string, client *http.Client) *late.Client {
	return must(late.NewClient(key, late.WithBaseURL(baseURL), late.WithAccount("account"), late.WithHTTPClient(client)))
}

func newGenerated(client *http.Client) *lateapi.ClientWithResponses {
	return must(lateapi.NewClientWithResponses(base, lateapi.WithHTTPClient(client),
		lateapi.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("Authorization", "Bearer "+key)
			return nil
		})))
}

type contactResponse struct {
	Success bool    `json:"success"`
	Contact contact `json:"contact"`
}

func getContact() {
	m := respond(contactResponse{true, newContact(1, false)})
	client, generated, sdk := m.client(), newGenerated(m.client()), newClient(base, m.client())
	ctx := context.Background()
	compare(
		side{"bare net/http, plain struct", func() { get[contactResponse](client, base+"/v1/whatsapp/contacts/"+id) }},
		side{"generated client", func() { must(generated.GetWhatsAppContactWithResponse(ctx, id)) }},
		side{"**wabakit**", func() { must(sdk.Contacts.Get(ctx, id)) }},
	)
}

type contactPage struct {
	Success    bool      `json:"success"`
	Contacts   []contact `json:"contacts"`
	Pagination struct {
		Total   int  `json:"total"`
		Limit   int  `json:"limit"`
		Skip    int  `json:"skip"`
		HasMore bool `json:"hasMore"`
	} `json:"pagination"`
}

func newPage(from, n, total int, custom bool) contactPage {
	page := contactPage{Success: true}
	for i := range n {
		page.Contacts = append(page.Contacts, newContact(from+i, custom))
	}
	page.Pagination.Total, page.Pagination.Limit, page.Pagination.Skip = total, n, from
	page.Pagination.HasMore = from+n < total
	return page
}

func listContacts(custom bool) {
	m := respond(newPage(0, 100, 1000, custom))
	client, generated, sdk := m.client(), newGenerated(m.client()), newClient(base, m.client())
	ctx := context.Background()
	compare(
		side{"bare net/http, plain struct", func() {
			get[contactPage](client, base+"/v1/whatsapp/contacts?accountId=account&limit=100")
		}},
		side{"generated client", func() {
			must(generated.GetWhatsAppContactsWithResponse(ctx, &lateapi.GetWhatsAppContactsParams{AccountID: "account", Limit: new(100)}))
		}},
		side{"**wabakit**", func() { must(sdk.Contacts.List(ctx, late.ListContactsOptions{Limit: 100})) }},
	)
}

type tiny struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type tinyResponse struct {
	Success  bool `json:"success"`
	Template tiny `json:"template"`
}

func getTiny() {
	m := respond(map[string]any{"success": true, "template": map[string]string{
		"id": "1", "name": "hello", "status": "APPROVED", "language": "en_US"}})
	client, generated, sdk := m.client(), newGenerated(m.client()), newClient(base, m.client())
	ctx := context.Background()
	compare(
		side{"bare net/http, plain struct", func() {
			get[tinyResponse](client, base+"/v1/whatsapp/templates/hello?accountId=account")
		}},
		side{"generated client", func() {
			must(generated.GetWhatsAppTemplateWithResponse(ctx, "hello", &lateapi.GetWhatsAppTemplateParams{AccountID: "account"}))
		}},
		side{"**wabakit**", func() { must(sdk.Templates.Get(ctx, "hello")) }},
	)
}

func webhookEvent() {
	const body = `{"contacts":[{"profile":{"name":"Ada"},"wa_id":"16315551234"}],"messages":[{"from":"16315551234",` +
		`"id":"%s","timestamp":"1767225600","type":"text","text":{"body":"Where is my order?"}}]}`
	byHand := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e struct {
			Messages []struct {
				From, ID, Type string
				Text           struct{ Body string }
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil || len(e.Messages) != 1 {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	compare(
		side{"bare net/http, plain struct", deliver(byHand, body, "")},
		side{"**wabakit**, with deduplication", deliver(onpremise.NewWebhook(onpremise.WebhookHandlers{
			MessageReceived: func(context.Context, *onpremise.IncomingMessage) error { return nil },
		}), body, "")},
	)
}

func signedWebhookEvent() {
	const body = `{"id":"e%[1]s","event":"message.received","timestamp":"2026-01-02T03:04:05Z","account":{"id":"a","platform":"whatsapp"},` +
		`"conversation":{"id":"c","participantId":"p","participantName":"Ada"},"message":{"id":"m%[1]s","conversationId":"c","direction":` +
		`"incoming","text":"Where is my order?","sender":{"id":"p","phoneNumber":"+16315551234"},"sentAt":"2026-01-02T03:04:05Z"}}`
	byHand := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e struct {
			ID, Event string
			Message   struct {
				ID, Text string
				Sender   struct{ PhoneNumber string }
			}
		}
		b, err := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(b)
		if err != nil || !hmac.Equal([]byte(r.Header.Get("X-Late-Signature")), []byte(hex.EncodeToString(mac.Sum(nil)))) ||
			json.Unmarshal(b, &e) != nil || e.Message.ID == "" {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	compare(
		side{"bare net/http, plain struct", deliver(byHand, body, key)},
		side{"**wabakit**, with deduplication", deliver(late.NewWebhook(late.WebhookHandlers{
			MessageReceived: func(context.Context, *late.IncomingMessage) error { return nil },
		}, late.WithWebhookSecret(key)), body, key)},
	)
}

// deliver returns a function that delivers another event each time, signed if there is a secret.
func deliver(handler http.Handler, format, secret string) func() {
	n := 0
	return func() {
		n++
		body := fmt.Sprintf(format, strconv.Itoa(n))
		req := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		if secret != "" {
			req.Header.Set("X-Late-Signature", latetest.Sign(secret, body))
		}
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, req); w.Code != http.StatusOK {
			panic(w.Code)
		}
	}
}
