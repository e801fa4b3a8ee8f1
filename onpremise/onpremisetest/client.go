package onpremisetest

import (
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise"
)

// Client is an SDK client of the server, which logs in as its administrator. Options are added
// to those that make it so; one that says otherwise who logs in takes their place.
func (s *Server) Client(opts ...onpremise.Option) *onpremise.Client {
	opts = append([]onpremise.Option{onpremise.WithHTTPClient(s.HTTPClient())}, opts...)
	login := onpremise.WithCredentials(s.Username(), s.Password())
	client, err := onpremise.NewClient(s.URL, append([]onpremise.Option{login}, opts...)...)
	if err == nil {
		return client
	}
	// Credentials beside a token are refused, and nothing tells whether opts have one.
	if client, failed := onpremise.NewClient(s.URL, opts...); failed == nil {
		return client
	}
	panic(fmt.Sprintf("onpremisetest: %v", err))
}
