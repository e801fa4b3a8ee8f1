package onpremise_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// answers are reads of each kind of thing, and what the server answers for a thing.
var answers = []struct {
	read func(context.Context, *onpremise.Client) (any, error)
	of   func(thing any) any
	seed string
}{
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.List(ctx) },
		under("groups"), `{"groups":[{"creation_time":4102444800,"id":"g"},null]}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Get(ctx, testGroup) },
		inList("groups"), `{"groups":[{"admins":["a"],"creation_time":1,"creator":"a","participants":[],"subject":"s"}]}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) {
			return c.Contacts.Check(ctx, []string{"+1"}, onpremise.CheckBlocking)
		},
		under("contacts"), `{"contacts":[{"input":"+1","status":"processing"},{"input":"2","status":"pondering","wa_id":"2"}]}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Users.Get(ctx, "ada") },
		inList("users"), `{"users":[{"username":"ada","ROLES":"ROLE_ADMIN"}]}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Application.Settings(ctx) },
		func(thing any) any { return thing },
		`{"settings":{"application":{"callback_backoff_delay_ms":3000,"pass_through":false,"media":{"auto_download":["image"]}}}}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Check(ctx) },
		under("health"), `{"health":{"host1:c1":{"gateway_status":"connected","role":"primary_master"},"host2:c2":"disconnected"}}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.BusinessProfile.Get(ctx) },
		func(thing any) any { return under("settings")(under("business")(under("profile")(thing))) },
		`{"settings":{"business":{"profile":{"address":"a","websites":["w",null],"vertical":null}}}}`,
	},
	{
		func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.AppStats(ctx) },
		func(thing any) any { return thing }, `{"stats":{"n":12345678901234567890}}`,
	},
}

func under(name string) func(any) any {
	return func(thing any) any { return map[string]any{name: thing} }
}

func inList(name string) func(any) any {
	return func(thing any) any { return map[string]any{name: []any{thing}} }
}

// What an answer is read as is what it says: answered as it was read, it is read the same. What
// cannot be read is an error that quotes it.
func FuzzAnswer(f *testing.F) {
	for i, answer := range answers {
		f.Add(uint8(i), answer.seed)
		f.Add(uint8(i), `{}`)
		f.Add(uint8(i), `{"groups":[],"contacts":{},"users":"x","settings":[],"health":1}`)
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		answer := answers[int(which)%len(answers)]
		thing, err := answer.read(t.Context(), answering(t, 200, body))
		if err != nil {
			e, ok := errors.AsType[*onpremise.Error](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, 200, e.StatusCode)
			require.True(t, strings.HasPrefix(strings.ToValidUTF8(body, ""), e.Body), "%q", e.Body)
			return
		}
		again, err := answer.read(t.Context(), answering(t, 200, written(t, answer.of(thing))))
		require.NoError(t, err)
		require.IsType(t, thing, again)
		require.Equal(t, written(t, thing), written(t, again))
	})
}

// What a login answers is a token that can be sent and the end of it, or an error without the
// token. In the seeds, TOKEN stands for one.
func FuzzLogin(f *testing.F) {
	const token = "tok_of_the_installation"
	for _, answer := range []string{
		`{"users":[{"token":"TOKEN","expires_after":"2018-03-01 15:29:26+00:00"}],"meta":{"version":"2.21.3"}}`, `{"users":[{"token":"TOKEN","expires_after":7}]}`,
		`{"users":[{"token":"TOKEN\nTOKEN","expires_after":null}]}`, `{"users":[{"token":"TOKEN"}`, `{"users":[{"token":["TOKEN"]}]}`, `{"token":"TOKEN"}`, `{"users":[]}`, ``, `TOKEN`,
	} {
		f.Add(uint16(200), answer, "Thu, 22 Feb 2018 15:29:26 GMT")
		f.Add(uint16(401), answer, "")
	}
	f.Add(uint16(400), `{"errors":[{"code":1024,"title":"Password change required","details":"new_password"}]}`, "x")
	f.Fuzz(func(t *testing.T, status uint16, body, date string) {
		if status < 200 || status > 999 {
			return
		}
		body = strings.ReplaceAll(body, "TOKEN", token)
		w := &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/users/login") {
				return says(int(status), body, "Date", date), nil
			}
			return says(200, `{"groups":[]}`), nil
		}}
		client := clientWith(t, w, onpremise.WithCredentials(testUser, testPassword), onpremise.WithMaxRetries(0))
		session, err := client.Users.Login(t.Context())
		if err != nil {
			require.Nil(t, session)
			if e, ok := errors.AsType[*onpremise.Error](err); ok && status < 300 {
				require.NotContains(t, strings.Join(texts(e, err), " "), token)
			}
			_, err = client.Groups.List(t.Context())
			require.ErrorIs(t, err, onpremise.ErrNotSent)
			return
		}
		require.Less(t, status, uint16(300))
		require.Regexp(t, "^[!-~]+$", session.Token)
		require.NotContains(t, fmt.Sprintf("%+v %v", session, *session), token)
		require.True(t, session.ExpiresAfter.IsZero() || session.ExpiresAfter.Location() == time.UTC)

		_, err = client.Groups.List(t.Context())
		require.NoError(t, err)
		last := w.requests[len(w.requests)-1]
		require.Equal(t, "Bearer "+session.Token, last.Header.Get("Authorization"))
		require.LessOrEqual(t, w.sent(), 3) // the token may have ended, and another been fetched
	})
}

// A message that is built and sent arrives as it was built.
func FuzzSend(f *testing.F) {
	for kind := range uint8(9) {
		f.Add(kind, testTo, "hello", "https://example.com/a", "caption", 38.9, -77.0, true)
		f.Add(kind, "", "", "", "", 91.0, 0.0, false)
	}
	f.Fuzz(func(t *testing.T, kind uint8, to, a, b, c string, x, y float64, group bool) {
		for _, text := range []*string{&to, &a, &b, &c} {
			*text = strings.ToValidUTF8(*text, "")
		}
		var m onpremise.Message
		switch kind % 9 {
		case 0:
			m = onpremise.TextMessage(to, a)
		case 1:
			m = onpremise.PreviewMessage(to, a)
		case 2:
			m = onpremise.ImageMessage(to, onpremise.MediaLink(b, c), a)
		case 3:
			m = onpremise.AudioMessage(to, onpremise.MediaID(a))
		case 4:
			m = onpremise.VideoMessage(to, onpremise.MediaID(a), b)
		case 5:
			m = onpremise.DocumentMessage(to, onpremise.MediaLink(a, ""), b, c)
		case 6:
			m = onpremise.LocationMessage(to, x, y, a, b)
		case 7:
			m = onpremise.ContactsMessage(to, onpremise.ContactCard{Name: onpremise.ContactName{FormattedName: a, FirstName: b}, Birthday: c})
		case 8:
			m = onpremise.HSMMessage(to, a, b, onpremise.Fallback(c), onpremise.HSMText(a), onpremise.HSMCurrency(b, c, int(x)))
		}
		if group {
			m = onpremise.ToGroup(m)
		}
		client, w := newClient(t, 201, `{"messages":[{"id":"m1"}]}`)
		id, err := client.Messages.Send(t.Context(), m)
		if err != nil {
			require.ErrorIs(t, err, onpremise.ErrInvalidRequest)
			require.ErrorIs(t, err, onpremise.ErrNotSent)
			require.Zero(t, w.sent())
			return
		}
		require.Equal(t, "m1", id)
		require.NotEmpty(t, to)
		var arrived onpremise.Message
		require.NoError(t, json.Unmarshal([]byte(w.bodies[0]), &arrived))
		require.Equal(t, m, arrived)
	})
}
