package late

import "github.com/wabakit/wabakit-go/late/lateapi"

// Aliases of the request and response types. Package lateapi documents their fields.
type (
	// SendBulkRequest names a template and at most 100 recipients.
	SendBulkRequest = lateapi.SendBulkRequest
	// SendBulkResponse contains the result of a bulk send for each recipient, and their counts.
	SendBulkResponse = lateapi.SendBulkResponse
	// BulkRecipient is a person to send a template to. Phone is required.
	BulkRecipient = lateapi.BulkRecipient
	// BulkResult is the result of a bulk send for one recipient.
	BulkResult = lateapi.BulkResult
	// BulkSummary counts the results of a bulk send.
	BulkSummary = lateapi.BulkSummary

	// StringMap is an object with string values, such as custom fields. A value of another type is
	// kept as its JSON.
	StringMap = lateapi.StringMap

	// Contact is a contact of an account.
	Contact = lateapi.Contact
	// ContactPage is a page of contacts, with the tags and groups to filter by.
	ContactPage = lateapi.ContactPage
	// ContactFilters lists the tags and groups in use.
	ContactFilters = lateapi.ContactFilters
	// CreateContactRequest is a contact to create. Phone and Name are required.
	CreateContactRequest = lateapi.CreateContactRequest
	// UpdateContactRequest contains the fields of a contact to change. Nil fields are not changed.
	UpdateContactRequest = lateapi.UpdateContactRequest
	// ImportContact is one contact of an import. Phone and Name are required.
	ImportContact = lateapi.ImportContact
	// ImportContactsRequest contains at most 1000 contacts to import.
	ImportContactsRequest = lateapi.ImportContactsRequest
	// ImportContactsResponse contains the result of an import for each contact, and their counts.
	ImportContactsResponse = lateapi.ImportContactsResponse
	// ImportResult is the result of an import for one contact.
	ImportResult = lateapi.ImportResult
	// ImportSummary counts the results of an import.
	ImportSummary = lateapi.ImportSummary
	// ContactAction is the action of a bulk update.
	ContactAction = lateapi.ContactAction
	// BulkUpdateContactsRequest is one change to at most 500 contacts.
	BulkUpdateContactsRequest = lateapi.BulkUpdateContactsRequest
	// BulkUpdateContactsResponse counts the contacts that were found and those that were changed.
	BulkUpdateContactsResponse = lateapi.BulkUpdateContactsResponse
	// BulkDeleteContactsResponse counts the contacts that were deleted.
	BulkDeleteContactsResponse = lateapi.BulkDeleteContactsResponse

	// Group is a group of contacts with its size.
	Group = lateapi.Group
	// GroupChange counts the contacts that a change of a group changed.
	GroupChange = lateapi.GroupChange

	// Template is a message template with the status of its review.
	Template = lateapi.Template
	// TemplateRef names an approved template to send.
	TemplateRef = lateapi.TemplateRef
	// TemplateComponent is a component of a template: header, body, footer or buttons.
	TemplateComponent = lateapi.TemplateComponent
	// TemplateButton is a button under a message.
	TemplateButton = lateapi.TemplateButton
	// TemplateExample contains sample values for the reviewer of a template.
	TemplateExample = lateapi.TemplateExample
	// TemplateCategory is the category of a template, which determines its price.
	TemplateCategory = lateapi.TemplateCategory
	// TemplateStatus is the status of the review of a template.
	TemplateStatus = lateapi.TemplateStatus
	// CreateTemplateRequest is a template to submit for review. All fields are required.
	CreateTemplateRequest = lateapi.CreateTemplateRequest

	// Broadcast sends a template to a list of recipients.
	Broadcast = lateapi.Broadcast
	// BroadcastPage is a page of broadcasts.
	BroadcastPage = lateapi.BroadcastPage
	// BroadcastStatus is the status of a broadcast.
	BroadcastStatus = lateapi.BroadcastStatus
	// BroadcastRecipient is a recipient of a broadcast. Phone is required.
	BroadcastRecipient = lateapi.BroadcastRecipient
	// CreateBroadcastRequest is a broadcast to create. Name and Template are required.
	CreateBroadcastRequest = lateapi.CreateBroadcastRequest
	// SendBroadcastResponse contains the status of a broadcast and counts its messages.
	SendBroadcastResponse = lateapi.SendBroadcastResponse
	// RecipientDelivery is a recipient of a broadcast with the status of the message.
	RecipientDelivery = lateapi.RecipientDelivery
	// RecipientPage is a page of recipients, with counts of all.
	RecipientPage = lateapi.RecipientPage
	// DeliveryStatus is the status of the message to a recipient.
	DeliveryStatus = lateapi.DeliveryStatus
	// DeliverySummary counts the recipients of a broadcast by the status of their message.
	DeliverySummary = lateapi.DeliverySummary
	// AddRecipientsResponse counts the recipients that were added and the duplicates.
	AddRecipientsResponse = lateapi.AddRecipientsResponse
	// RemoveRecipientsResponse counts the recipients that were removed.
	RemoveRecipientsResponse = lateapi.RemoveRecipientsResponse

	// BusinessProfile is the profile that customers see of the business.
	BusinessProfile = lateapi.BusinessProfile
	// UpdateBusinessProfileRequest contains the fields of the profile to change. Nil fields are not
	// changed.
	UpdateBusinessProfileRequest = lateapi.UpdateBusinessProfileRequest

	// PhoneNumber is a purchased WhatsApp number.
	PhoneNumber = lateapi.PhoneNumber
	// PhoneNumberStatus is the status of a number.
	PhoneNumberStatus = lateapi.PhoneNumberStatus
	// AvailableNumber is a number that can be bought.
	AvailableNumber = lateapi.AvailableNumber
	// PreverifiedNumber is a number that Meta has verified.
	PreverifiedNumber = lateapi.PreverifiedNumber
	// CodeMethod is the delivery method of a verification code.
	CodeMethod = lateapi.CodeMethod
	// RequestCodeResult contains the delivery method of a requested code.
	RequestCodeResult = lateapi.RequestCodeResponse
	// VerifyResult contains the period for which a number is verified.
	VerifyResult = lateapi.VerifyResponse

	// Account is a connected account.
	Account = lateapi.Account
	// ProfileRef is the ID of a profile.
	ProfileRef = lateapi.ProfileRef
	// AccountHealth is the health of an account, with its token and permissions.
	AccountHealth = lateapi.AccountHealth
	// AccountHealthList contains the health of several accounts and their number by status.
	AccountHealthList = lateapi.AccountHealthList
	// AccountHealthEntry is the health of an account in a list.
	AccountHealthEntry = lateapi.AccountHealthEntry
	// AccountHealthStatus is healthy, warning or error.
	AccountHealthStatus = lateapi.AccountHealthStatus
	// UpdateAccountRequest contains changes to an account; nil fields stay as they are.
	UpdateAccountRequest = lateapi.UpdateAccountRequest
	// ConnectionLogPage is a page of the connection log.
	ConnectionLogPage = lateapi.ConnectionLogPage
	// ConnectionLog is an entry of the connection log.
	ConnectionLog = lateapi.ConnectionLog
	// ConnectionEventType is the kind of an entry of the connection log.
	ConnectionEventType = lateapi.ListConnectionLogsParamsEventType

	// Profile groups the accounts of a business.
	Profile = lateapi.Profile
	// CreateProfileRequest describes a profile to create. Name is required.
	CreateProfileRequest = lateapi.CreateProfileRequest
	// UpdateProfileRequest contains changes to a profile; nil fields stay as they are.
	UpdateProfileRequest = lateapi.UpdateProfileRequest

	// ConnectURL is a page on which a person connects an account.
	ConnectURL = lateapi.ConnectURL
	// CompleteConnectionRequest carries the parameters of the platform's redirect. All fields are
	// required.
	CompleteConnectionRequest = lateapi.CompleteConnectionRequest
	// PendingData is what a person can select from in a headless connection.
	PendingData = lateapi.PendingOAuthData

	// Conversation is a conversation with a customer, in a list.
	Conversation = lateapi.Conversation
	// ConversationStatus is active or archived.
	ConversationStatus = lateapi.ConversationStatus
	// FailedAccount is an account whose conversations could not be read.
	FailedAccount = lateapi.FailedAccount
	// ConversationDetails is a conversation with its participants.
	ConversationDetails = lateapi.ConversationDetails
	// InboxMessage is a message of a conversation.
	InboxMessage = lateapi.InboxMessage
	// MessageAttachment is a file of a message.
	MessageAttachment = lateapi.MessageAttachment
	// SentMessage identifies a message that was sent.
	SentMessage = lateapi.SentMessage
	// ReplyButton is a button of a reply. Type and Title are required.
	ReplyButton = lateapi.ReplyButton
	// QuickReplyButton is a button that disappears when the customer has chosen. Title and Payload
	// are required.
	QuickReplyButton = lateapi.QuickReply
	// ReplyListSection is a section of a list. Rows are required, and a title if there are several
	// sections.
	ReplyListSection = lateapi.ReplyListSection
	// ReplyListRow is a row of a list. ID and Title are required.
	ReplyListRow = lateapi.ReplyListRow
	// ReplyURLButton is a button that opens a URL.
	ReplyURLButton = lateapi.ReplyURLParameters
	// ReplyLocation is a location.
	ReplyLocation = lateapi.ReplyLocation
	// ReplyContact is a contact card.
	ReplyContact = lateapi.ReplyContact
	// ReplyContactName is the name on a contact card. FormattedName is required.
	ReplyContactName = lateapi.ReplyContactName
	// ReplyContactPhone is a phone number on a contact card.
	ReplyContactPhone = lateapi.ReplyContactPhone
	// ReplyContactEmail is an email address on a contact card.
	ReplyContactEmail = lateapi.ReplyContactEmail
	// StartConversationRequest is a template for a phone number.
	StartConversationRequest = lateapi.StartConversationRequest
	// ConversationHeaderMedia is the file in the header of a template.
	ConversationHeaderMedia = lateapi.ConversationHeaderMedia
	// StartedConversation identifies a message and its conversation.
	StartedConversation = lateapi.StartedConversation

	// Secret is a string that is sent as it is and never printed. Convert it to read it.
	Secret = lateapi.Secret
	// Webhook contains the settings and the state of a webhook.
	Webhook = lateapi.Webhook
	// CreateWebhookRequest describes a webhook. URL and Events are required.
	CreateWebhookRequest = lateapi.CreateWebhookRequest
	// UpdateWebhookRequest contains changes to a webhook; nil fields stay as they are.
	UpdateWebhookRequest = lateapi.UpdateWebhookRequest
	// WebhookLog is a delivery of an event.
	WebhookLog = lateapi.WebhookLog
	// WebhookLogStatus is success or failed.
	WebhookLogStatus = lateapi.WebhookLogStatus

	// PresignedUpload is a URL to send a file to, and the URL that the file will have.
	PresignedUpload = lateapi.PresignedUpload

	// UsageStats is the usage of the plan.
	UsageStats = lateapi.UsageStats
	// UsageLimits are the limits of the plan.
	UsageLimits = lateapi.UsageLimits
	// UsageCounts is how much of the limits is used.
	UsageCounts = lateapi.UsageCounts

	// Pagination is the position of a page in its list.
	Pagination = lateapi.Pagination
)

// The actions of a bulk update of contacts.
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

// The categories of a template.
const (
	TemplateAuthentication = lateapi.TemplateCategoryAuthentication
	TemplateMarketing      = lateapi.TemplateCategoryMarketing
	TemplateUtility        = lateapi.TemplateCategoryUtility
)

// The statuses of the review of a template.
const (
	TemplateApproved = lateapi.TemplateStatusApproved
	TemplatePending  = lateapi.TemplateStatusPending
	TemplateRejected = lateapi.TemplateStatusRejected
)

// The statuses of a broadcast.
const (
	BroadcastDraft     = lateapi.BroadcastStatusDraft
	BroadcastScheduled = lateapi.BroadcastStatusScheduled
	BroadcastSending   = lateapi.BroadcastStatusSending
	BroadcastCompleted = lateapi.BroadcastStatusCompleted
	BroadcastFailed    = lateapi.BroadcastStatusFailed
	BroadcastCancelled = lateapi.BroadcastStatusCancelled
)

// The statuses of the message to a recipient of a broadcast.
const (
	DeliveryPending   = lateapi.DeliveryStatusPending
	DeliverySent      = lateapi.DeliveryStatusSent
	DeliveryDelivered = lateapi.DeliveryStatusDelivered
	DeliveryRead      = lateapi.DeliveryStatusRead
	DeliveryFailed    = lateapi.DeliveryStatusFailed
)

// The statuses of a phone number.
const (
	PhoneNumberPendingPayment = lateapi.PhoneNumberStatusPendingPayment
	PhoneNumberProvisioning   = lateapi.PhoneNumberStatusProvisioning
	PhoneNumberActive         = lateapi.PhoneNumberStatusActive
	PhoneNumberSuspended      = lateapi.PhoneNumberStatusSuspended
	PhoneNumberReleasing      = lateapi.PhoneNumberStatusReleasing
	PhoneNumberReleased       = lateapi.PhoneNumberStatusReleased
)

// The delivery methods of a verification code.
const (
	CodeSMS   = lateapi.CodeMethodSMS
	CodeVoice = lateapi.CodeMethodVoice
)

// Statuses of a conversation.
const (
	ConversationActive   = lateapi.ConversationStatusActive
	ConversationArchived = lateapi.ConversationStatusArchived
)

// Types of buttons of a reply.
const (
	ReplyButtonPostback = lateapi.ReplyButtonTypePostback
	ReplyButtonURL      = lateapi.ReplyButtonTypeURL
	ReplyButtonPhone    = lateapi.ReplyButtonTypePhone
)

// Statuses of the health of an account.
const (
	AccountHealthy  = lateapi.AccountHealthStatusHealthy
	AccountWarning  = lateapi.AccountHealthStatusWarning
	AccountHasError = lateapi.AccountHealthStatusError
)

// Statuses of a delivery in the log of a webhook.
const (
	WebhookDelivered = lateapi.WebhookLogStatusSuccess
	WebhookFailed    = lateapi.WebhookLogStatusFailed
)
