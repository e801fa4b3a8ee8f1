package latetest

import (
	"fmt"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// AddContacts creates contacts without a request for each, in the first account where they
// name none. It panics if one cannot be created.
func (s *Server) AddContacts(contacts ...lateapi.CreateContactRequest) []lateapi.Contact {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	var added []lateapi.Contact
	for _, in := range contacts {
		one, err := a.addContact(s.seeded(in.AccountID), in, a.clock.Now())
		if err != nil {
			panic(fmt.Sprintf("latetest: contact %s: %v", in.Phone, err))
		}
		added = append(added, one.Contact)
	}
	return added
}

// AddTemplate creates a template that is approved at once, in the first account where it
// names none. It panics if it cannot be created.
func (s *Server) AddTemplate(in lateapi.CreateTemplateRequest) lateapi.Template {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Now()
	t, err := a.addTemplate(s.seeded(in.AccountID), in, now)
	if err != nil {
		panic(fmt.Sprintf("latetest: template %s: %v", in.Name, err))
	}
	return a.seen(t, now)
}

func (s *Server) seeded(id string) *account {
	if id == "" {
		id = s.AccountID()
	}
	acc, err := s.api.account(id)
	if err != nil {
		panic(fmt.Sprintf("latetest: account %s: %v", id, err))
	}
	return acc
}

// RejectTemplate lets the review of templates with a name end badly for a reason, or, if that
// is empty, well again. One that is approved already is taken back.
func (s *Server) RejectTemplate(name, reason string) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.rejected[name] = reason
}
