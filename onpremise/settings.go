package onpremise

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/internal/transport"
)

// readSettings decodes an object below the given path, such as settings.profile.about. Some
// servers respond with the object itself, which has at least one of the members; if members is nil,
// any object will do. A response with neither is an error: the next write of an empty value would
// erase data.
func readSettings[T any](resp *http.Response, err error, path, members []string) (*T, error) {
	r, err := reply.JSON[json.RawMessage](resp, err)
	if err != nil {
		return nil, err
	}
	data := *r
	for _, level := range path {
		data = membersOf(data)[level]
	}
	if membersOf(data) == nil {
		whole := membersOf(*r)
		if members != nil && !slices.ContainsFunc(members, func(name string) bool { return len(whole[name]) > 0 }) {
			return nil, missingField(resp, path[len(path)-1])
		}
		data = *r
	}
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, transport.CallOf(resp).Fail(resp, fmt.Errorf("decode response: %w", err))
	}
	return v, nil
}

// membersOf returns the members of a JSON object, or nil if data is not one.
func membersOf(data []byte) (members map[string]json.RawMessage) {
	_ = json.Unmarshal(data, &members)
	return members
}
