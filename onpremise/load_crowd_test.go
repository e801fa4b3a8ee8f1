package onpremise_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// luck is the chance that a crowd shares.
type luck struct {
	mu     sync.Mutex
	rand   *rand.Rand
	struck map[string]int // how often, by request id
}

func newLuck(seed uint64) *luck {
	return &luck{rand: rand.New(rand.NewPCG(seed, 1)), struck: map[string]int{}}
}

func (l *luck) chance(of int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rand.IntN(of) == 0
}

func (l *luck) upTo(d time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Duration(l.rand.Int64N(int64(d)))
}

// one picks a request of so many, and none of a call more than twice, so that its retries get
// through.
func (l *luck) one(of int) func(onpremisetest.Request) bool {
	return func(r onpremisetest.Request) bool {
		hit := l.chance(of)
		l.mu.Lock()
		defer l.mu.Unlock()
		id := r.Header.Get("X-Request-Id")
		if !hit || l.struck[id] == 2 {
			return false
		}
		l.struck[id]++
		return true
	}
}

// repeatable are the calls of the crowd that are repeated on a doubt.
var repeatable = []string{"LoginUser", "CheckContact", "GetAllGroups", "UpdateProfileAbout"}

// harmless are faults that no caller has to hear of.
func harmless(l *luck) []onpremisetest.Fault {
	return []onpremisetest.Fault{
		onpremisetest.Latency(50 * time.Millisecond),
		onpremisetest.Latency(150 * time.Millisecond).When(func(onpremisetest.Request) bool { return l.chance(2) }),
		onpremisetest.Status(429, "slow down").When(l.one(60)),
		onpremisetest.Status(503, "not now").With("Retry-After", "1").When(l.one(60)),
		onpremisetest.Status(500, "oops").On(repeatable...).When(l.one(60)),
		onpremisetest.ProxyPage(502).On(repeatable...).When(l.one(60)),
		onpremisetest.CutBefore().On(repeatable...).When(l.one(60)),
		onpremisetest.CutAfter().On(repeatable...).When(l.one(60)),
		onpremisetest.Truncated().On(repeatable...).When(l.one(60)),
	}
}

// harmful are faults that leave a message in doubt, or callers without a token.
func harmful(l *luck) []onpremisetest.Fault {
	return append([]onpremisetest.Fault{
		onpremisetest.Status(500, "oops").On("SendMessage").When(l.one(20)),
		onpremisetest.CutBefore().On("SendMessage").When(l.one(20)),
		onpremisetest.CutAfter().On("SendMessage").When(l.one(20)),
		onpremisetest.Garbage().On("SendMessage").When(l.one(20)),
		onpremisetest.Status(401, "not you").On("LoginUser").When(l.one(4)),
	}, harmless(l)...)
}

// call is one call of the crowd, which differ. One that sends returns the text.
func call(ctx context.Context, c *onpremise.Client, g, n int) (sent string, err error) {
	switch (g + n) % 4 {
	case 0:
		_, err = c.Groups.List(ctx)
	case 1:
		found := 0
		for _, err = range c.Contacts.CheckMany(ctx, onpremise.FromSlice([]string{testTo, "16315550002", "16315550003"})) {
			if err == nil {
				found++
			}
		}
		if (err == nil) != (found == 3) {
			err = fmt.Errorf("found %d: %w", found, err)
		}
	case 2:
		err = c.Profile.UpdateAbout(ctx, fmt.Sprint("about ", g, n))
	default:
		sent = fmt.Sprint("message ", g, "-", n)
		err = send(ctx, c, sent)
	}
	return sent, err
}

// tokenAnswers counts those that have to do with tokens.
type tokenAnswers struct{ logins, refusals atomic.Int64 }

func (s *tokenAnswers) count(_ context.Context, a onpremise.Attempt) {
	isLogin := a.Operation == "LoginUser"
	if isLogin && a.Err == nil && a.Status < 300 {
		s.logins.Add(1)
	}
	if !isLogin && a.Status == http.StatusUnauthorized {
		s.refusals.Add(1)
	}
}

// delivered counts the messages that the server has, by their text.
func delivered(server *onpremisetest.Server) map[string]int {
	texts := map[string]int{}
	for _, m := range server.Messages() {
		texts[m.Text.Body]++
	}
	return texts
}
