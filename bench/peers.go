package main

import (
	"context"

	"github.com/google/go-github/v88/github"
	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/stripe/stripe-go/v84"
)

// getTinyPeers compares each SDK, in its default configuration, with bare net/http on the same
// response.
func getTinyPeers() {
	ctx := context.Background()
	type named struct{ ID, Name string }
	type location struct{ Location struct{ Name string } }

	license := respond(map[string]any{"key": "mit", "name": "MIT License"})
	gh := must(github.NewClient(github.WithHTTPClient(license.client())))
	place := respond(map[string]any{"location": map[string]any{"id": 1, "name": "fsn1"}})
	hc := hcloud.NewClient(hcloud.WithToken("token"), hcloud.WithHTTPClient(place.client()))
	product := respond(map[string]any{"id": "prod_1", "object": "product", "name": "hello"})
	sc := stripe.NewClient("sk_test_1", stripe.WithBackends(stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		HTTPClient: product.client(), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})))
	model := respond(map[string]any{"id": "m", "object": "model", "created": 1, "owned_by": "me"})
	oa := openai.NewClient(option.WithAPIKey("key"), option.WithHTTPClient(model.client()))

	for _, peer := range []struct {
		name         string
		byHand, call func()
	}{
		{"go-github", func() { get[named](license.client(), "https://api.github.com/licenses/mit") },
			func() { _, _, err := gh.Licenses.Get(ctx, "mit"); must(0, err) }},
		{"hcloud-go", func() { get[location](place.client(), "https://api.hetzner.cloud/v1/locations/1") },
			func() { _, _, err := hc.Location.GetByID(ctx, 1); must(0, err) }},
		{"stripe-go", func() { get[named](product.client(), "https://api.stripe.com/v1/products/prod_1") },
			func() { must(sc.V1Products.Retrieve(ctx, "prod_1", nil)) }},
		{"openai-go", func() { get[named](model.client(), "https://api.openai.com/v1/models/m") },
			func() { must(oa.Models.Get(ctx, "m")) }},
	} {
		compare(side{"bare net/http, plain struct", peer.byHand}, side{peer.name, peer.call})
	}
}
