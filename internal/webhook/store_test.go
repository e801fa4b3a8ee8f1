package webhook

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s := newMemoryStore(2, time.Hour)
		claim := func(key string) (string, bool) {
			claim, handled, err := s.Claim(ctx, key, time.Minute)
			require.NoError(t, err)
			return claim, handled
		}
		first, handled := claim("a")
		require.NotEmpty(t, first)
		require.False(t, handled)
		busy, handled := claim("a")
		require.Empty(t, busy)
		require.False(t, handled)

		time.Sleep(time.Minute)
		require.Error(t, s.Settle(ctx, "a", first, true), "expired")
		second, _ := claim("a")
		require.NotEqual(t, first, second)
		require.Error(t, s.Settle(ctx, "a", first, true), "taken over")
		require.NoError(t, s.Settle(ctx, "a", second, false))
		third, _ := claim("a")
		require.NoError(t, s.Settle(ctx, "a", third, true))
		require.Error(t, s.Settle(ctx, "a", third, false))
		none, handled := claim("a")
		require.Empty(t, none)
		require.True(t, handled)

		time.Sleep(time.Hour)
		again, handled := claim("a")
		require.NotEmpty(t, again)
		require.False(t, handled, "forgotten after its time")
		require.NoError(t, s.Settle(ctx, "a", again, true))
		for _, key := range []string{"b", "c"} {
			c, _ := claim(key)
			require.NoError(t, s.Settle(ctx, key, c, true))
		}
		_, handled = claim("c")
		require.True(t, handled)
		_, handled = claim("a")
		require.False(t, handled, "the oldest gives way")
		require.LessOrEqual(t, len(s.items), 3)
	})
}

func TestKeysAreDistinctAndBounded(t *testing.T) {
	t.Parallel()
	seen := map[string][]string{}
	for _, parts := range [][]string{
		{"a", "b"}, {"a/b"}, {"a", "", "b"}, {"a b"}, {"a%20b"}, {"\x00"}, {"é"}, {"\xff"}, {strings.Repeat("x", 300)}, {strings.Repeat("x", 301)},
	} {
		key := Key(append([]string(nil), parts...)...)
		require.Nil(t, seen[key], "%q", parts)
		seen[key] = parts
		require.LessOrEqual(t, len(key), maxKey)
		require.NotContains(t, fmt.Sprintf("%q", key), `\`)
	}
}

func TestDecodeKeepsWhatItCan(t *testing.T) {
	t.Parallel()
	type inner struct {
		Name string    `json:"name"`
		At   time.Time `json:"at"`
	}
	type outer struct {
		inner
		ID    string   `json:"id"`
		Count int      `json:"count"`
		In    inner    `json:"in"`
		Ptr   *inner   `json:"ptr"`
		List  []inner  `json:"list"`
		Raw   rawField `json:"-"`
	}
	const body = `{"id":"x","count":"many","in":{"name":"a","at":"never"},"ptr":{"name":"b","at":7},"list":[{"name":"c"},{"name":"d","at":""},3]}`
	var got outer
	Decode([]byte(body), &got)
	require.Equal(t, outer{
		ID: "x", In: inner{Name: "a"}, Ptr: &inner{Name: "b"}, List: []inner{{Name: "c"}, {Name: "d"}, {}}, Raw: rawField(body),
	}, got)
	for _, body := range []string{`null`, `[]`, `"x"`, `3`} {
		got := outer{ID: "old"}
		Decode([]byte(body), &got)
		require.Equal(t, outer{Raw: rawField(body)}, got)
	}
}

type rawField []byte
