package reply_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// A response is either decoded completely, or an error that keeps its body.
func FuzzJSON(f *testing.F) {
	for _, body := range []string{"", "{}", "null", "[]", `{"name":"x","size":3}`, `{"name":null}`, "{", "}", " {} ", "{}{}", "\xff", `{"NAME":"x"}`, `{"size":1e9}`} {
		f.Add(body, "application/json")
	}
	f.Add("<html>", "text/html; charset=utf-8")
	f.Add("", "x/"+strings.Repeat("y", 9000))
	f.Fuzz(func(t *testing.T, body, contentType string) {
		v, err := reply.JSON[thing](call(t, "POST", 200, contentType, body))
		var members map[string]json.RawMessage
		if json.Unmarshal([]byte(body), &members) != nil || members == nil {
			require.Error(t, err)
		}
		if err == nil {
			require.Equal(t, reads(t, body), *v)
			written, err := json.Marshal(v)
			require.NoError(t, err)
			require.Equal(t, *v, reads(t, string(written)))
			return
		}
		require.Nil(t, v)
		e, ok := errors.AsType[*callError](err)
		require.True(t, ok)
		require.Equal(t, !e.Refused, errors.Is(err, transport.ErrOutcomeUnknown))
		require.Equal(t, body, string(e.Body))
		require.LessOrEqual(t, len(err.Error()), len(body)+1<<10)
		if members != nil && members["error"] == nil && members["errors"] == nil && members["success"] == nil {
			require.Error(t, json.Unmarshal([]byte(body), new(thing)))
		}
	})
}

func reads(t *testing.T, body string) (v thing) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(body), &v))
	return v
}
