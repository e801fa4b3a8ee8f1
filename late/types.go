package late

import "github.com/wabakit/wabakit-go/late/lateapi"

// The types of requests and answers, under plain names. Their fields are documented where they
// stand, in package lateapi.
type (
	// SendBulkRequest is a template and up to 100 people to send it to.
	SendBulkRequest = lateapi.SendBulkRequest
	// SendBulkResponse says how a bulk send went, in sum and for each recipient.
	SendBulkResponse = lateapi.SendBulkResponse
	// BulkRecipient is somebody to send a template to. Phone is required.
	BulkRecipient = lateapi.BulkRecipient
	// BulkResult says how a bulk send went for one recipient.
	BulkResult = lateapi.BulkResult
	// BulkSummary counts how a bulk send went.
	BulkSummary = lateapi.BulkSummary

	// StringMap is an object with string values, such as custom fields. A value of another type is
	// kept as its JSON.
	StringMap = lateapi.StringMap

	// Contact is a person in the address book of an account.
	Contact = lateapi.Contact
	// ContactPage is a page of contacts, with the tags and groups that they can be filtered by.
	ContactPage = lateapi.ContactPage
	// ContactFilters lists the tags and groups in use.
	ContactFilters = lateapi.ContactFilters
	// CreateContactRequest is a contact to create. Phone and Name are required.
	CreateContactRequest = lateapi.CreateContactRequest
	// UpdateContactRequest is what to change of a contact; nil fields stay as they are.
	UpdateContactRequest = lateapi.UpdateContactRequest
	// ImportContact is one contact of an import. Phone and Name are required.
	ImportContact = lateapi.ImportContact
	// ImportContactsRequest is an import of up to 1000 contacts.
	ImportContactsRequest = lateapi.ImportContactsRequest
	// ImportContactsResponse says how an import went, in sum and for each contact.
	ImportContactsResponse = lateapi.ImportContactsResponse
	// ImportResult says how an import went for one contact.
	ImportResult = lateapi.ImportResult
	// ImportSummary counts how an import went.
	ImportSummary = lateapi.ImportSummary
	// ContactAction is what a bulk update does to each contact.
	ContactAction = lateapi.ContactAction
	// BulkUpdateContactsRequest is one change to up to 500 contacts.
	BulkUpdateContactsRequest = lateapi.BulkUpdateContactsRequest
	// BulkUpdateContactsResponse counts the contacts that were found and changed.
	BulkUpdateContactsResponse = lateapi.BulkUpdateContactsResponse
	// BulkDeleteContactsResponse counts the contacts that were deleted.
	BulkDeleteContactsResponse = lateapi.BulkDeleteContactsResponse

	// Group is a group of contacts with its size.
	Group = lateapi.Group
	// GroupList is all groups of an account, with a summary.
	GroupList = lateapi.GroupList
	// GroupSummary counts the contacts of an account.
	GroupSummary = lateapi.GroupSummary
	// GroupChange counts the contacts that a change of a group has changed.
	GroupChange = lateapi.GroupChange

	// Template is a message template with the state of its review.
	Template = lateapi.Template
	// TemplateRef names an approved template to send.
	TemplateRef = lateapi.TemplateRef
	// TemplateComponent is one part of a template: header, body, footer or buttons.
	TemplateComponent = lateapi.TemplateComponent
	// TemplateButton is a button under a message.
	TemplateButton = lateapi.TemplateButton
	// TemplateExample holds sample values for the reviewer of a template.
	TemplateExample = lateapi.TemplateExample
	// TemplateCategory is what a template is for.
	TemplateCategory = lateapi.TemplateCategory
	// TemplateStatus is how the review of a template stands.
	TemplateStatus = lateapi.TemplateStatus
	// CreateTemplateRequest is a template to hand in for review. All fields are required.
	CreateTemplateRequest = lateapi.CreateTemplateRequest

	// Broadcast is a template that goes to a list of recipients.
	Broadcast = lateapi.Broadcast
	// BroadcastPage is a page of broadcasts.
	BroadcastPage = lateapi.BroadcastPage
	// BroadcastStatus is where a broadcast stands in its life.
	BroadcastStatus = lateapi.BroadcastStatus
	// BroadcastRecipient is somebody a broadcast goes to. Phone is required.
	BroadcastRecipient = lateapi.BroadcastRecipient
	// CreateBroadcastRequest is a broadcast to draft. Name and Template are required.
	CreateBroadcastRequest = lateapi.CreateBroadcastRequest
	// SendBroadcastResponse says how a broadcast went.
	SendBroadcastResponse = lateapi.SendBroadcastResponse
	// RecipientDelivery is one recipient of a broadcast and what became of the message.
	RecipientDelivery = lateapi.RecipientDelivery
	// RecipientPage is a page of recipients, with a summary of all.
	RecipientPage = lateapi.RecipientPage
	// DeliveryStatus is how far the message to one recipient has come.
	DeliveryStatus = lateapi.DeliveryStatus
	// DeliverySummary counts the recipients of a broadcast by the state of their message.
	DeliverySummary = lateapi.DeliverySummary
	// AddRecipientsResponse counts the recipients that were added, and those that were there.
	AddRecipientsResponse = lateapi.AddRecipientsResponse
	// RemoveRecipientsResponse counts the recipients that were removed.
	RemoveRecipientsResponse = lateapi.RemoveRecipientsResponse

	// BusinessProfile is what customers see of the business.
	BusinessProfile = lateapi.BusinessProfile
	// UpdateBusinessProfileRequest is what to change of the profile; nil fields stay as they are.
	UpdateBusinessProfileRequest = lateapi.UpdateBusinessProfileRequest

	// PhoneNumber is a WhatsApp number that was bought.
	PhoneNumber = lateapi.PhoneNumber
	// PhoneNumberStatus is where a number stands between payment and release.
	PhoneNumberStatus = lateapi.PhoneNumberStatus
	// AvailableNumber is a number that can be bought.
	AvailableNumber = lateapi.AvailableNumber
	// PreverifiedNumber is a number that Meta has verified already.
	PreverifiedNumber = lateapi.PreverifiedNumber
	// PreverifiedNumberList is the numbers that Meta has verified already, and their ids as
	// Embedded Signup takes them.
	PreverifiedNumberList = lateapi.PreverifiedNumberList
	// CodeMethod is how a verification code is brought.
	CodeMethod = lateapi.CodeMethod
	// RequestCodeResult is the delivery method of a verification code.
	RequestCodeResult = lateapi.RequestCodeResponse
	// VerifyResult is the period for which a number is verified.
	VerifyResult = lateapi.VerifyResponse

	// Pagination is where a page stands in its list.
	Pagination = lateapi.Pagination
)

// What a bulk update can do to each contact.
const (
	AddTags      = lateapi.ContactActionAddTags
	RemoveTags   = lateapi.ContactActionRemoveTags
	AddGroups    = lateapi.ContactActionAddGroups
	RemoveGroups = lateapi.ContactActionRemoveGroups
	OptIn        = lateapi.ContactActionOptIn
	OptOut       = lateapi.ContactActionOptOut
	Block        = lateapi.ContactActionBlock
	Unblock      = lateapi.ContactActionUnblock
)

// What a template can be for.
const (
	TemplateAuthentication = lateapi.TemplateCategoryAuthentication
	TemplateMarketing      = lateapi.TemplateCategoryMarketing
	TemplateUtility        = lateapi.TemplateCategoryUtility
)

// How the review of a template can stand.
const (
	TemplateApproved = lateapi.TemplateStatusApproved
	TemplatePending  = lateapi.TemplateStatusPending
	TemplateRejected = lateapi.TemplateStatusRejected
)

// Where a broadcast can stand in its life.
const (
	BroadcastDraft     = lateapi.BroadcastStatusDraft
	BroadcastScheduled = lateapi.BroadcastStatusScheduled
	BroadcastSending   = lateapi.BroadcastStatusSending
	BroadcastCompleted = lateapi.BroadcastStatusCompleted
	BroadcastFailed    = lateapi.BroadcastStatusFailed
	BroadcastCancelled = lateapi.BroadcastStatusCancelled
)

// How far the message to one recipient can have come.
const (
	DeliveryPending   = lateapi.DeliveryStatusPending
	DeliverySent      = lateapi.DeliveryStatusSent
	DeliveryDelivered = lateapi.DeliveryStatusDelivered
	DeliveryRead      = lateapi.DeliveryStatusRead
	DeliveryFailed    = lateapi.DeliveryStatusFailed
)

// Where a phone number can stand.
const (
	PhoneNumberPendingPayment = lateapi.PhoneNumberStatusPendingPayment
	PhoneNumberProvisioning   = lateapi.PhoneNumberStatusProvisioning
	PhoneNumberActive         = lateapi.PhoneNumberStatusActive
	PhoneNumberSuspended      = lateapi.PhoneNumberStatusSuspended
	PhoneNumberReleasing      = lateapi.PhoneNumberStatusReleasing
	PhoneNumberReleased       = lateapi.PhoneNumberStatusReleased
)

// How a verification code can be brought.
const (
	CodeSMS   = lateapi.CodeMethodSMS
	CodeVoice = lateapi.CodeMethodVoice
)
