package onpremisetest

import (
	"regexp"
	"strings"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// checkContacts looks numbers up. A caller that does not wait for the result has to ask again.
func (a *api) checkContacts(c *call, in onpremiseapi.CheckContactsRequest) (any, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	if len(in.Contacts) == 0 {
		return nil, invalid("contacts", "must not be empty")
	}
	response := onpremiseapi.CheckContactsResponse{Meta: meta}
	for _, input := range in.Contacts {
		one := onpremiseapi.CheckedContact{Input: input, Status: onpremiseapi.ContactStatusInvalid}
		id, ok := waID(input)
		if ok {
			if in.Blocking == onpremiseapi.BlockingWait {
				a.lookups[id] = c.now
			} else if _, asked := a.lookups[id]; !asked {
				a.lookups[id] = c.now.Add(a.cfg.lookup)
			}
			switch {
			case c.now.Before(a.lookups[id]):
				one.Status = onpremiseapi.ContactStatusProcessing
			case a.onWhatsApp(id):
				one.Status, one.WaID = onpremiseapi.ContactStatusValid, id
			}
		}
		response.Contacts = append(response.Contacts, one)
	}
	return response, nil
}

func (a *api) onWhatsApp(id string) bool { return a.whatsApp == nil || a.whatsApp[id] }

var (
	notation   = regexp.MustCompile(`^\+?[\d\s().-]+$`)
	noDigit    = regexp.MustCompile(`\D`)
	wellFormed = regexp.MustCompile(`^[1-9]\d{6,14}$`)
)

// waID returns the WhatsApp ID of a phone number in any common notation, and whether it is valid.
func waID(phone string) (string, bool) {
	phone = strings.TrimSpace(phone)
	id := noDigit.ReplaceAllString(phone, "")
	return id, notation.MatchString(phone) && wellFormed.MatchString(id)
}

// AddWhatsAppUsers registers phones on WhatsApp. Before the first call, every phone is
// registered; afterwards, only those added. It panics if a phone number is malformed.
func (s *Server) AddWhatsAppUsers(phones ...string) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	if s.api.whatsApp == nil {
		s.api.whatsApp = map[string]bool{}
	}
	for _, phone := range phones {
		s.api.whatsApp[mustWaID(phone)] = true
	}
}

// FailPhone makes every message to phone fail with reason; an empty reason clears the failure. It
// panics if phone is malformed.
func (s *Server) FailPhone(phone, reason string) {
	s.api.mu.Lock()
	defer s.api.mu.Unlock()
	s.api.failing[mustWaID(phone)] = reason
}

func mustWaID(phone string) string {
	id, ok := waID(phone)
	if !ok {
		panic("onpremisetest: " + phone + " is not a valid phone number")
	}
	return id
}
