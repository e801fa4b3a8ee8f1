package onpremiseapi_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// seed adds the texts to the corpus of a target.
func seed(f *testing.F, texts ...string) {
	for _, text := range texts {
		f.Add(text)
	}
}

// survives reports whether text decodes to a T, and checks that the T survives encoding and decoding.
func survives[T any](t *testing.T, text string) (v T, ok bool) {
	t.Helper()
	if json.Unmarshal([]byte(text), &v) != nil {
		return v, false
	}
	written, err := json.Marshal(v)
	require.NoError(t, err)
	var back T
	require.NoError(t, json.Unmarshal(written, &back))
	require.Equal(t, v, back)
	return v, true
}

// A time or a delay is decoded as the value of its text, or not at all.
func FuzzTimes(f *testing.F) {
	seed(f, `"2018-03-01 15:29:26+00:00"`, `"2018-03-01T15:29:26.123456789+14:00"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31 23:59:59Z"`,
		`3000`, `"3000"`, `-1`, `"1518694235"`, `1518694235`, `1e3`, `null`, `""`)
	f.Fuzz(func(t *testing.T, text string) {
		var word string
		isString := json.Unmarshal([]byte(text), &word) == nil
		if moment, ok := survives[onpremiseapi.Time](t, text); ok && word != "" {
			want, err := time.Parse(time.RFC3339, strings.Join(strings.Fields(word), "T"))
			require.NoError(t, err)
			require.True(t, want.Equal(moment.Time), "%s for %s", moment, want)
			require.Equal(t, time.UTC, moment.Location())
		}
		if !isString {
			word = strings.TrimSpace(text)
		}
		number, err := strconv.ParseInt(word, 10, 64)
		if delay, ok := survives[onpremiseapi.Milliseconds](t, text); ok && word != "" {
			require.NoError(t, err)
			require.EqualValues(t, number, delay)
			if d := delay.Duration(); d.Milliseconds() != number {
				require.Equal(t, number > 0, d > 0, "a delay of %d is %s", number, d)
			}
		}
		if stamp, ok := survives[onpremiseapi.Timestamp](t, text); ok {
			require.Equal(t, word, string(stamp))
			if err != nil {
				require.Zero(t, stamp.Time())
			} else {
				require.Equal(t, number, stamp.Time().Unix())
			}
		}
	})
}

// Messages of every kind survive encoding and decoding, and the raw form of an incoming one is kept.
func FuzzMessage(f *testing.F) {
	for kind, content := range map[string]string{
		"text": `{"body":"hi"}`, "image": `{"id":"i","caption":"c"}`, "audio": `{"link":"https://example.com/a","provider":{"name":"p"}}`,
		"video": `{"id":"v"}`, "document": `{"id":"d","filename":"f.pdf"}`, "voice": `{"id":"v","mime_type":"audio/ogg; codecs=opus"}`,
		"location": `{"latitude":"38.9","longitude":"-77","name":"n","address":""}`,
		"contacts": `[{"name":{"formatted_name":"A B"},"phones":[{"phone":"+1","wa_id":"1"}],"urls":[],"org":{}},null]`,
		"hsm": `{"namespace":"n","element_name":"e","language":{"policy":"fallback","code":"en"},"localizable_params":[{"default":"d",
			"date_time":{"component":{"hour":0,"day_of_week":5}}},{"default":"$","currency":{"currency_code":"USD","amount_1000":-1}}]}`,
		"system": `{"type":"group_user_joined","group_id":"g","operator":"o","users":["u"],"body":"b"}`, "sticker": `{"id":"s"}`,
	} {
		f.Add(`{"to":"1","recipient_type":"group","ttl":0,"preview_url":false,"type":"` + kind + `","` + kind + `":` + content + `}`)
		f.Add(`{"from":"1","id":"m","timestamp":1518694236,"context":{"from":"2","id":"o","mentions":["3"]},"type":"` + kind + `","` + kind + `":` + content + `}`)
	}
	seed(f, `{"location":{"latitude":38.9,"longitude":-1e-7}}`, `{"errors":[{"code":501}],"timestamp":"soon"}`, `{"hsm":{"localizable_params":null}}`, `null`)
	f.Fuzz(func(t *testing.T, text string) {
		var sent onpremiseapi.Message
		if json.Unmarshal([]byte(text), &sent) == nil {
			written, err := json.Marshal(sent)
			require.NoError(t, err)
			back, ok := survives[onpremiseapi.Message](t, string(written))
			require.True(t, ok)
			if sent.HSM != nil && sent.HSM.LocalizableParams == nil {
				sent.HSM.LocalizableParams = []onpremiseapi.LocalizableParam{} // as it is encoded
			}
			require.Equal(t, sent, back)
		}
		var event onpremiseapi.WebhookEvent
		if json.Unmarshal([]byte(`{"messages":[`+text+`]}`), &event) != nil || len(event.Messages) != 1 {
			return
		}
		incoming := event.Messages[0]
		written, err := json.Marshal(incoming)
		require.NoError(t, err)
		var back onpremiseapi.IncomingMessage
		require.NoError(t, json.Unmarshal(written, &back))
		require.Equal(t, incoming, back)
	})
}
