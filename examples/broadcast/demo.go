package main

import (
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
)

const (
	demoLook     = 500 * time.Millisecond
	demoReview   = time.Second
	demoSendTime = 2 * time.Second // for the whole list
)

// What goes wrong in memory as it does outside, for people of the file that ships with this.
var (
	demoOptedOut = []late.CreateContactRequest{
		{Phone: "+12025550111", Name: "Opted out earlier", IsOptedIn: new(false)},
		{Phone: "+13055550142", Name: "Opted out earlier", IsOptedIn: new(false)},
	}
	demoKnown = []late.CreateContactRequest{
		{Phone: "+12125550100", Name: "In the address book", IsOptedIn: new(true)},
	}
	demoFailing = map[string]string{
		"+12065550107": "Not a WhatsApp number",
		"+13125550163": "Message undeliverable",
		"+17025550118": "Not a WhatsApp number",
	}
)

// demoServer is the Late API in memory.
func demoServer(l *list) *latetest.Server {
	server := latetest.NewServer(
		latetest.InProcess(),
		latetest.WithReviewTime(demoReview),
		latetest.WithSendTime(demoSendTime/time.Duration(l.count(notSent))),
		latetest.WithPageCap(1000), // for long lists of your own
	)
	server.AddContacts(demoOptedOut...)
	server.AddContacts(demoKnown...)
	for phone, reason := range demoFailing {
		server.FailPhone(phone, reason)
	}
	return server
}
