package latetest

import (
	"fmt"

	"github.com/wabakit/wabakit-go/late/lateapi"
)

// AddContacts creates contacts directly, in the first account unless they name one. It panics if
// a contact is invalid.
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

// AddTemplate creates an approved template, in the first account unless it names one. It panics
// if the template is invalid.
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

// RejectTemplate makes the review of templates with this name fail with reason; an empty reason
// approves them again. A template that was already approved becomes rejected.
func (s *Server) RejectTemplate(name, reason string) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.rejected[name] = reason
}
