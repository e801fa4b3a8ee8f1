// Package campaign sends to a list of people from a SQL database, so that nobody is messaged twice or
// forgotten when workers crash, restart, or run in parallel.
//
//	store, err := campaign.Open(ctx, db, campaign.SQLite) // or campaign.Postgres
//	c, err := store.Create(ctx, "reminders-2026-11-25", campaign.Plan{Account: account, Template: template})
//	added, err := c.Add(ctx, recipients)
//	err = c.Start(ctx)
//	report, err := c.Run(ctx, campaign.LateMessages(client))
//
// The program brings the driver of the database. Any number of processes may run these lines at the
// same time, and again after a crash.
//
// # States
//
// The database has a ledger with an item for each recipient, which is always in one state. These are
// all transitions:
//
//	from     to          when
//	-        pending     Add
//	pending  suppressed  the function of WithSuppress returns a reason
//	pending  sending     a worker marks the item, before it makes the call
//	sending  sent        the server accepts the item
//	sending  refused     the server refuses the item, or the item is invalid
//	sending  pending     the call is not made, or the server does not process it
//	sending  unknown     the outcome of the call is unknown, or the worker has died
//	unknown  sent        Resolve, or a late result of the same worker
//	unknown  refused     a late result of the same worker
//	unknown  pending     Resolve, or a late result of the same worker
//	refused  sent        Resolve
//	refused  pending     Resolve
//
// A worker first reserves items: it leases them and leaves them pending. It asks about consent, waits
// for the limiter, and then marks the items in a transaction. Only marked items are sent. The lease is
// renewed while the call lasts, and is timed by the clock of the database.
//
// # Crashes
//
// If a worker dies, its items have the following states once their lease has expired:
//
//	when the worker dies                               state of its items
//	before it reserves them                            pending
//	after it reserves them, before the mark commits    pending
//	after the mark commits, before the call            unknown
//	during the call                                    unknown
//	after the call, before the result commits          unknown
//	after the result commits                           the state of the result
//
// The next worker sends the pending items. Only the server knows whether an unknown item was sent, so
// a person has to decide, with [Campaign.Items] and [Campaign.Resolve].
//
// # Delivery
//
// The handlers of a webhook record the statuses of messages with [Store.RecordLate] or
// [Store.RecordOnPremise]. [Counts] and the items of a campaign then show which messages were delivered,
// were read, or failed. [Store.Deduplication] keeps several processes from handling an event twice.
//
// The ledger contains personal data: see [Campaign.Strip] and [Campaign.Delete].
package campaign
