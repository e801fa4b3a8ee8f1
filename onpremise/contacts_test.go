package onpremise_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise"
)

// directory responds to lookups. Numbers that end in 0 are not on WhatsApp, and those that begin
// with "slow" take three polls.
func directory(lookups map[string]int, mu *sync.Mutex) *wire {
	w := &wire{}
	w.respond = func(n int, req *http.Request) (*http.Response, error) {
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
			lookups[phone]++
			row := onpremise.CheckedContact{Input: phone, Status: onpremise.ContactValid, WaID: "wa" + phone}
			switch {
			case strings.HasSuffix(phone, "0"):
				row.Status, row.WaID = onpremise.ContactInvalid, ""
			case strings.HasPrefix(phone, "slow") && in.Blocking == "no_wait" && lookups[phone] < 3:
				row.Status, row.WaID = onpremise.ContactProcessing, ""
			case strings.HasPrefix(phone, "lost"):
				continue
			case strings.HasPrefix(phone, "never"):
				row.Status, row.WaID = onpremise.ContactProcessing, ""
			}
			rows = append(rows, row)
		}
		out, err := json.Marshal(map[string]any{"contacts": rows})
		return newResponse(200, string(out)), err
	}
	return w
}

func TestCheckManyReturnsEveryNumberInOrder(t *testing.T) {
	t.Parallel()
	w := directory(map[string]int{}, new(sync.Mutex))
	var phones []string
	for i := range 1234 {
		phones = append(phones, fmt.Sprint("+1555", i))
	}
	phones = append(phones, "", "lost1", "never2", "+15551")
	var got []onpremise.CheckedContact
	for contact, err := range clientOn(t, w).Contacts.CheckMany(t.Context(), onpremise.FromSlice(phones)) {
		require.NoError(t, err)
		require.Equal(t, phones[len(got)], contact.Input)
		got = append(got, contact)
	}
	require.Len(t, got, len(phones))
	require.Equal(t, onpremise.CheckedContact{Input: "+15557", Status: onpremise.ContactValid, WaID: "wa+15557"}, got[7])
	require.Equal(t, onpremise.ContactInvalid, got[120].Status)
	require.Equal(t, onpremise.ContactInvalid, got[1234].Status) // blank
	require.Equal(t, onpremise.ContactProcessing, got[1235].Status)
	require.Equal(t, onpremise.ContactProcessing, got[1236].Status)
	require.Equal(t, onpremise.ContactValid, got[1237].Status)
	require.Equal(t, 13, w.sent())
	for _, body := range w.bodies {
		require.Contains(t, body, `"blocking":"wait"`)
	}
}

func TestCheckManyStops(t *testing.T) {
	t.Parallel()
	phones := make([]string, 250)
	for i := range phones {
		phones[i] = fmt.Sprint("+1", i)
	}
	errSource := errors.New("row 151 is damaged")
	broken := func(yield func(string, error) bool) {
		for _, phone := range phones[:150] {
			if !yield(phone, nil) {
				return
			}
		}
		yield("", errSource)
	}
	for name, tt := range map[string]struct {
		phones iter.Seq2[string, error]
		failAt int // number of the call that is refused
		limit  int // number of results after which the loop breaks
		want   int
		calls  int
		is     error
	}{
		"call refused":    {phones: onpremise.FromSlice(phones), failAt: 2, want: 100, calls: 2, is: onpremise.ErrInvalidRequest},
		"sequence failed": {phones: broken, want: 150, calls: 2, is: errSource},
		"loop ended":      {phones: onpremise.FromSlice(phones), limit: 30, want: 30, calls: 1},
		"no sequence":     {},
		"empty":           {phones: onpremise.FromSlice[string](nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := directory(map[string]int{}, new(sync.Mutex))
			respond := w.respond
			w.respond = func(n int, req *http.Request) (*http.Response, error) {
				if n == tt.failAt {
					return newResponse(400, `{"errors":[{"code":1009,"title":"Parameter value is not valid"}]}`), nil
				}
				return respond(n, req)
			}
			got, failed := 0, error(nil)
			for _, err := range clientOn(t, w).Contacts.CheckMany(t.Context(), tt.phones) {
				require.NoError(t, failed) // an error is the last item
				if failed = err; err == nil {
					got++
				}
				if tt.limit > 0 && got == tt.limit {
					break
				}
			}
			require.ErrorIs(t, failed, tt.is)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.calls, w.sent())
			if failed != nil {
				require.Equal(t, 1, strings.Count(failed.Error(), "onpremise:"), failed)
			}
		})
	}
}

func TestWaitPollsOnlyPendingNumbers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		lookups := map[string]int{}
		w := directory(lookups, &mu)
		contacts, err := clientOn(t, w).Contacts.Wait(t.Context(), []string{"slow1", "2", "slow1", "30"}, onpremise.WithPollInterval(time.Second, time.Minute))
		require.NoError(t, err)
		require.Equal(t, []onpremise.CheckedContact{
			{Input: "slow1", Status: onpremise.ContactValid, WaID: "waslow1"}, {Input: "2", Status: onpremise.ContactValid, WaID: "wa2"},
			{Input: "slow1", Status: onpremise.ContactValid, WaID: "waslow1"}, {Input: "30", Status: onpremise.ContactInvalid},
		}, contacts)
		require.Equal(t, map[string]int{"slow1": 3, "2": 1, "30": 1}, lookups)
	})
}

func TestWaitReturnsLastResultsAtDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		contacts, err := clientOn(t, directory(map[string]int{}, &mu)).Contacts.Wait(ctx, []string{"1", "never2", "lost3"})
		var e *onpremise.WaitError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, "lookup of 3 contacts", e.What)
		require.Equal(t, "2 processing", e.Last)
		require.Equal(t, onpremise.ContactValid, contacts[0].Status)
		require.Equal(t, onpremise.ContactProcessing, contacts[2].Status)
	})
}

func TestWaitEndsWithAPermanentError(t *testing.T) {
	t.Parallel()
	client, w := newClient(t, 401, "")
	contacts, err := client.Contacts.Wait(t.Context(), []string{"1"})
	require.ErrorIs(t, err, onpremise.ErrUnauthorized)
	require.Nil(t, contacts)
	require.Equal(t, 1, w.sent())
}
