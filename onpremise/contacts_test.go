package onpremise_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// directory answers lookups: numbers that end in 0 are not on WhatsApp, and those that begin
// with "slow" take some looks.
func directory(looks map[string]int, mu *sync.Mutex) *wire {
	w := &wire{}
	w.answer = func(n int, req *http.Request) (*http.Response, error) {
		w.mu.Lock()
		body := w.bodies[n-1]
		w.mu.Unlock()
		var in struct {
			Blocking string
			Contacts []string
		}
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			return nil, err
		}
		var rows []onpremise.CheckedContact
		mu.Lock()
		defer mu.Unlock()
		for _, phone := range in.Contacts {
			looks[phone]++
			row := onpremise.CheckedContact{Input: phone, Status: onpremise.ContactValid, WaID: "wa" + phone}
			switch {
			case strings.HasSuffix(phone, "0"):
				row.Status, row.WaID = onpremise.ContactInvalid, ""
			case strings.HasPrefix(phone, "slow") && in.Blocking == "no_wait" && looks[phone] < 3:
				row.Status, row.WaID = onpremise.ContactProcessing, ""
			case strings.HasPrefix(phone, "lost"):
				continue
			case strings.HasPrefix(phone, "never"):
				row.Status, row.WaID = onpremise.ContactProcessing, ""
			}
			rows = append(rows, row)
		}
		out, err := json.Marshal(map[string]any{"contacts": rows})
		return says(200, string(out)), err
	}
	return w
}

func TestCheckManyLooksUpEveryNumber(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	looks := map[string]int{}
	w := directory(looks, &mu)
	phones := func(yield func(string) bool) {
		for i := range 1234 {
			if !yield(fmt.Sprint("+1555", i)) {
				return
			}
		}
		_ = yield("") && yield("lost1") && yield("never2") && yield("+15551")
	}
	found := map[string]onpremise.CheckedContact{}
	var progress []onpremise.Progress
	report, err := clientOn(t, w).Contacts.CheckMany(t.Context(), phones, func(c onpremise.CheckedContact) {
		found[c.Input] = c
	}, onpremise.WithConcurrency(8), onpremise.WithProgress(func(p onpremise.Progress) { progress = append(progress, p) }))
	require.Error(t, err)
	require.Equal(t, 1238, report.Total)
	require.Equal(t, 1235, report.Done)
	require.Equal(t, 1, report.Refused)
	require.Equal(t, 2, report.Unknown)
	require.Len(t, found, 1234)
	require.Equal(t, onpremise.CheckedContact{Input: "+15557", Status: onpremise.ContactValid, WaID: "wa+15557"}, found["+15557"])
	require.Equal(t, onpremise.ContactInvalid, found["+1555120"].Status)
	require.Equal(t, []string{"", "lost1", "never2"}, []string{report.Problems[0].Key, report.Problems[1].Key, report.Problems[2].Key})
	require.Equal(t, 1238, progress[len(progress)-1].Total)
	require.Equal(t, 13, w.sent())
	for _, body := range w.bodies {
		require.Contains(t, body, `"blocking":"wait"`)
	}
}

func TestCheckManyGoesOnPastACallThatFails(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	good := directory(map[string]int{}, &mu)
	w := &wire{}
	w.answer = func(n int, req *http.Request) (*http.Response, error) {
		if strings.Contains(w.bodies[n-1], "bad") {
			return says(400, `{"errors":[{"code":1009,"title":"Parameter value is not valid"}]}`), nil
		}
		good.mu.Lock()
		good.bodies = slices.Clone(w.bodies)
		good.mu.Unlock()
		return good.answer(n, req)
	}
	phones := make([]string, 250)
	for i := range phones {
		phones[i] = fmt.Sprint("+1", i)
	}
	phones[120] = "bad"
	report, err := clientOn(t, w).Contacts.CheckMany(t.Context(), slices.Values(phones), func(onpremise.CheckedContact) {}, onpremise.WithConcurrency(1))
	require.ErrorIs(t, err, onpremise.ErrInvalidRequest)
	require.ErrorContains(t, err, "onpremise: check contacts: ")
	require.Equal(t, 150, report.Done)
	require.Equal(t, 100, report.Refused)
}

func TestWaitAsksForWhatIsStillProcessing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		looks := map[string]int{}
		w := directory(looks, &mu)
		contacts, err := clientOn(t, w).Contacts.Wait(t.Context(), []string{"slow1", "2", "slow1", "30"}, onpremise.WithPollInterval(time.Second, time.Minute))
		require.NoError(t, err)
		require.Equal(t, []onpremise.CheckedContact{
			{Input: "slow1", Status: onpremise.ContactValid, WaID: "waslow1"}, {Input: "2", Status: onpremise.ContactValid, WaID: "wa2"},
			{Input: "slow1", Status: onpremise.ContactValid, WaID: "waslow1"}, {Input: "30", Status: onpremise.ContactInvalid},
		}, contacts)
		require.Equal(t, map[string]int{"slow1": 3, "2": 1, "30": 1}, looks)
	})
}

func TestWaitThatEndsTellsWhatItSaw(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		contacts, err := clientOn(t, directory(map[string]int{}, &mu)).Contacts.Wait(ctx, []string{"1", "never2", "lost3"})
		var e *onpremise.WaitError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, "the lookup of contacts (3)", e.What)
		require.Equal(t, "still processing 2", e.Last)
		require.Equal(t, onpremise.ContactValid, contacts[0].Status)
		require.Equal(t, onpremise.ContactProcessing, contacts[2].Status)
	})
}

func TestWaitGivesUpOnALoginThatIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newInstallation()
		s.password = "another"
		contacts, err := s.client(t).Contacts.Wait(t.Context(), []string{"1"})
		require.ErrorIs(t, err, onpremise.ErrUnauthorized)
		require.Nil(t, contacts)
		require.Equal(t, 1, s.logins)
	})
}
