package latetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object of a response or an event.
type object map[string]any

// reply is a response with a status other than 200.
type reply struct {
	status int
	body   any
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("latetest: %T: %v", v, err))
	}
	return b
}

// matches reports whether the object has the values that the query gives for these fields. The
// value all stands for any.
func (o object) matches(c *call, fields ...string) bool {
	for _, name := range fields {
		if want := c.query.Get(name); want != "" && want != "all" && want != fmt.Sprint(o[name]) {
			return false
		}
	}
	return true
}

// oneOf checks a query parameter that has a fixed set of values.
func oneOf(c *call, param string, values ...string) error {
	if v := c.query.Get(param); v != "" && !slices.Contains(values, v) {
		return invalid(param, "%s must be one of %s", param, strings.Join(values, ", "))
	}
	return nil
}

// limited returns the limit of a request, which must be between 1 and most.
func limited(c *call, usual, most int) (int, error) {
	text := c.query.Get("limit")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, invalid("limit", "limit must be a number from 1 to %d", most)
	}
	return n, nil
}
