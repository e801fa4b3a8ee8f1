package onpremisetest

import (
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise"
)

// Client is an SDK client of the server, which logs in as its administrator. Options are added
// to those that make it so; one that says otherwise who logs in takes their place.
func (s *Server) Client(opts ...onpremise.Option) *onpremise.Client {
	client, err := onpremise.NewClient(s.URL, append([]onpremise.Option{
		onpremise.WithCredentials(s.Username(), s.Password()), onpremise.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
	if err != nil {
		panic(fmt.Sprintf("onpremisetest: %v", err))
	}
	return client
}
