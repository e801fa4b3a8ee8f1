package latetest

import "net/url"

// listing keeps the rows that the latest list request matched, so that a program can page through a
// long list without filtering all of it for each page.
type listing[T any] struct {
	valid bool
	query string
	rows  []T
}

// list returns the rows of a request, which find finds if the list has changed.
func (l *listing[T]) list(c *call, find func() []T) []T {
	filters := url.Values{}
	for name, values := range c.query {
		if name != "limit" && name != "skip" {
			filters[name] = values
		}
	}
	if query := filters.Encode(); !l.valid || l.query != query {
		*l = listing[T]{true, query, find()}
	}
	return l.rows
}

// changed reports that a row was added, removed or changed.
func (l *listing[T]) changed() { *l = listing[T]{} }
