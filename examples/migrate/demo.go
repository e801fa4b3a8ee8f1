package main

import (
	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

// demoKnown are in the address book before, one of them with a word that is to last.
var demoKnown = []late.CreateContactRequest{
	{Phone: "+12025550103", Name: "In the address book", IsOptedIn: new(true)},
	{Phone: "+12065550111", Name: "In the address book", IsOptedIn: new(true)},
	{Phone: "+12065550107", Name: "Opted out earlier", IsOptedIn: new(false)},
}

// demo makes both servers, in memory. Of ten people who can be asked about, nine are on
// WhatsApp.
func (m *move) demo() (end func()) {
	from, to := onpremisetest.NewServer(onpremisetest.InProcess()), latetest.NewServer(latetest.InProcess())
	for i, r := range m.list.in(pending) {
		if i%10 != 9 {
			from.AddWhatsAppUsers(r.phone)
		}
	}
	to.AddContacts(demoKnown...)
	m.from, m.to = from.Client(), to.Client()
	return func() { from.Close(); to.Close() }
}
