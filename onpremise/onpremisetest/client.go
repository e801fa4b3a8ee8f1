package onpremisetest

import (
	"fmt"

	"github.com/wabakit/wabakit-go/onpremise"
)

// Client returns an SDK client for the server that logs in as its administrator. Options are
// applied after those that connect it.
func (s *Server) Client(opts ...onpremise.Option) *onpremise.Client {
	client, err := onpremise.NewClient(s.URL, append([]onpremise.Option{
		onpremise.WithCredentials(s.Username(), s.Password()), onpremise.WithHTTPClient(s.HTTPClient()),
	}, opts...)...)
	if err != nil {
		panic(fmt.Sprintf("onpremisetest: %v", err))
	}
	return client
}
