package bench_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

const (
	key       = "sk_bench_0123456789abcdef"
	account   = "507f1f77bcf86cd799439011"
	contactID = "65f1a2b3c4d5e6f708192a3b"
	token     = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.bench"
)

func BenchmarkContactsGet(b *testing.B) {
	p := contactsGet()
	p.bench(b, "by-hand", func(b *testing.B) {
		getTime.report(b, p.ratio(b))
		getAllocs.report(b, p.extraAllocs())
	})
}

func BenchmarkContactsList(b *testing.B) {
	p := contactsList()
	p.bench(b, "unmarshal", func(b *testing.B) {
		listTime.report(b, p.ratio(b))
		listAllocs.report(b, p.extraAllocs())
	})
}

func BenchmarkMessagesSend(b *testing.B) {
	p := messagesSend()
	p.bench(b, "by-hand", func(b *testing.B) { sendTime.report(b, p.ratio(b)) })
}

func contactsGet() pair {
	answers := answering(lateapi.ContactResponse{Success: true, Contact: person(1)}).limited()
	client := &http.Client{Transport: answers, Timeout: timeout}
	sdk := lateClient("https://late.invalid/api", &http.Client{Transport: answers})
	return pair{
		sdk: times(func() error {
			_, err := sdk.Contacts.Get(context.Background(), contactID)
			return err
		}),
		baseline: times(func() error {
			_, err := getByHand(context.Background(), client, "https://late.invalid/api", contactID)
			return err
		}),
	}
}

func contactsList() pair {
	page := late.ContactPage{
		Success: true, Filters: late.ContactFilters{Tags: []string{"new", "vip"}, Groups: []string{"shop"}},
		Pagination: late.Pagination{Total: 1000, Limit: 100, HasMore: true},
	}
	for i := range 100 {
		page.Contacts = append(page.Contacts, person(i))
	}
	answers := answering(page).limited()
	sdk := lateClient("https://late.invalid/api", &http.Client{Transport: answers})
	return pair{
		sdk: times(func() error {
			_, err := sdk.Contacts.List(context.Background(), late.ListContactsOptions{Limit: 100})
			return err
		}),
		baseline: times(func() error { return json.Unmarshal(answers.body, new(late.ContactPage)) }),
	}
}

// messagesSend: the token comes from a login, as it does for most users, before anything is
// measured.
func messagesSend() pair {
	const base = "https://wa.invalid/v1"
	client := &http.Client{Transport: answering(onpremiseapi.LoginResponse{
		Users: []onpremiseapi.Session{{Token: token, ExpiresAfter: onpremiseapi.Time{Time: time.Now().AddDate(0, 0, 7)}}},
	})}
	sdk, err := onpremise.NewClient(base, onpremise.WithCredentials("admin", "a password"), onpremise.WithHTTPClient(client))
	must(err)
	_, err = sdk.Users.Login(context.Background())
	must(err)
	client.Transport = answering(onpremiseapi.SendMessageResponse{
		Messages: []onpremiseapi.SentMessage{{ID: "gBEGkYiEB1VXAglK1ZEqA1YKPrU"}},
	})
	careful := &http.Client{Transport: client.Transport, Timeout: timeout}
	message := func() onpremise.Message { return onpremise.TextMessage("16315551234", "Your order is on its way.") }
	return pair{
		sdk: times(func() error {
			_, err := sdk.Messages.Send(context.Background(), message())
			return err
		}),
		baseline: times(func() error {
			_, err := sendByHand(context.Background(), careful, base, message())
			return err
		}),
	}
}

// timeout bounds an attempt of the SDK unless it is told otherwise. Who is careful bounds a call
// by hand in the same way: without it, a server that never answers is waited for for ever.
const timeout = time.Minute

// getByHand is what somebody writes who is careful and has no SDK.
func getByHand(ctx context.Context, client *http.Client, base, id string) (*late.Contact, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/whatsapp/contacts/"+url.PathEscape(id), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	var answer lateapi.ContactResponse
	if err := doByHand(client, req, &answer); err != nil {
		return nil, fmt.Errorf("get contact: %w", err)
	}
	return &answer.Contact, nil
}

func sendByHand(ctx context.Context, client *http.Client, base string, message onpremise.Message) (id string, err error) {
	body, err := json.Marshal(message)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/messages", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	var answer onpremiseapi.SendMessageResponse
	if err := doByHand(client, req, &answer); err != nil {
		return "", fmt.Errorf("send message: %w", err)
	}
	if len(answer.Messages) == 0 {
		return "", fmt.Errorf("send message: no id")
	}
	return answer.Messages[0].ID, nil
}

func doByHand(client *http.Client, req *http.Request, answer any) error {
	req.Header.Set("User-Agent", "bench/1")
	req.Header.Set("X-Request-Id", rand.Text())
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("status %s", resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

func lateClient(base string, hc *http.Client) *late.Client {
	client, err := late.NewClient(key, late.WithBaseURL(base), late.WithAccount(account), late.WithHTTPClient(hc))
	must(err)
	return client
}

func person(i int) late.Contact {
	at := time.Date(2025, 1, 2, 3, 4, 5, 678e6, time.UTC)
	return late.Contact{
		ID: contactID[:20] + fmt.Sprintf("%04x", i), Name: fmt.Sprint("Ada Lovelace ", i), Phone: fmt.Sprintf("+1631555%04d", i),
		Email: "ada@example.com", Company: "Analytical Engines", Tags: []string{"vip", "new"}, Groups: []string{"shop"},
		IsOptedIn: true, OptInDate: at, LastMessageSentAt: at, LastMessageReceivedAt: at, CreatedAt: at, UpdatedAt: at,
		MessagesSentCount: 12, MessagesReceivedCount: 3, CustomFields: map[string]string{"city": "London"},
		Notes: "Prefers to be written to in the morning.", WaID: "16315551234",
	}
}

// memory answers every request with the same at once. What it costs itself is little, so that
// next to nothing hides what is measured.
type memory struct {
	header http.Header
	body   []byte
}

func answering(v any) *memory {
	body, err := json.Marshal(v)
	must(err)
	return &memory{body: body, header: http.Header{
		"Content-Type":   {"application/json"},
		"Content-Length": {strconv.Itoa(len(body))},
		"Date":           {time.Now().UTC().Format(http.TimeFormat)},
	}}
}

// limited adds what each answer of Late bears. The limit is one that nobody reaches.
func (m *memory) limited() *memory {
	m.header.Set("X-Request-Id", "01J8Z3K4M5N6P7Q8R9S0T1V2W3")
	m.header.Set("X-RateLimit-Limit", "999999999")
	m.header.Set("X-RateLimit-Remaining", "999999999")
	m.header.Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10))
	return m
}

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, err := io.Copy(io.Discard, req.Body)
		must(err)
		req.Body.Close()
	}
	return &http.Response{
		Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: m.header.Clone(),
		Body: io.NopCloser(bytes.NewReader(m.body)), ContentLength: int64(len(m.body)), Request: req,
	}, nil
}
