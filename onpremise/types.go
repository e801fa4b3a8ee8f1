package onpremise

import "github.com/wabakit/wabakit-go/onpremise/onpremiseapi"

// The types of requests and answers, under plain names. Their fields are documented where they
// stand, in package onpremiseapi.
type (
	// Session is a token and when it ends.
	Session = onpremiseapi.Session
	// Time is a moment that the server tells.
	Time = onpremiseapi.Time
	// User is a user of the installation and its role.
	User = onpremiseapi.User
	// UserRole is what a user may do.
	UserRole = onpremiseapi.UserRole
	// CreateUserRequest is a user to add. Both fields are required.
	CreateUserRequest = onpremiseapi.CreateUserRequest
	// UpdateUserRequest is the new password of a user.
	UpdateUserRequest = onpremiseapi.UpdateUserRequest

	// ApplicationSettings is the settings of the installation.
	ApplicationSettings = onpremiseapi.ApplicationSettings
	// ApplicationSettingsUpdate is what to change of the settings; nil fields stay as they are.
	ApplicationSettingsUpdate = onpremiseapi.ApplicationSettingsUpdate
	// Milliseconds is a delay among the settings. Its Duration method returns it.
	Milliseconds = onpremiseapi.Milliseconds
	// MediaSettings says what is fetched when a message with media arrives.
	MediaSettings = onpremiseapi.MediaSettings
	// MediaKind is one kind of media.
	MediaKind = onpremiseapi.MediaKind
	// WebhookSettings says where events are reported.
	WebhookSettings = onpremiseapi.WebhookSettings
	// WebhookSettingsUpdate is what to change of the webhook's settings; nil fields stay as they are.
	WebhookSettingsUpdate = onpremiseapi.WebhookSettingsUpdate
	// SetShardsRequest is a number of shards to spread the account over. All fields are required.
	SetShardsRequest = onpremiseapi.SetShardsRequest

	// RestoreRequest is an encrypted copy to bring back, and its password.
	RestoreRequest = onpremiseapi.RestoreRequest

	// BusinessProfile is what customers see of the business.
	BusinessProfile = onpremiseapi.BusinessProfile

	// RequestCodeRequest is a phone number to register, and how its code shall travel.
	RequestCodeRequest = onpremiseapi.RequestCodeRequest
	// CodeMethod is how a registration code travels.
	CodeMethod = onpremiseapi.CodeMethod

	// CheckedContact is what the lookup of a phone number found.
	CheckedContact = onpremiseapi.CheckedContact
	// ContactStatus is how far the lookup of a phone number is.
	ContactStatus = onpremiseapi.ContactStatus
	// Blocking says whether the answer waits until every phone number is looked up.
	Blocking = onpremiseapi.Blocking

	// Message is what to send, and to whom.
	Message = onpremiseapi.Message
	// MessageType is a kind of content.
	MessageType = onpremiseapi.MessageType
	// Text is the content of a text message.
	Text = onpremiseapi.Text
	// Image is the content of a picture message.
	Image = onpremiseapi.Image
	// Audio is the content of a sound message.
	Audio = onpremiseapi.Audio
	// Video is the content of a video message.
	Video = onpremiseapi.Video
	// Document is the content of a document message.
	Document = onpremiseapi.Document
	// Location is the content of a location message.
	Location = onpremiseapi.Location
	// RecipientType says whether a message goes to a person or to a group.
	RecipientType = onpremiseapi.RecipientType
	// Provider names a media provider.
	Provider = onpremiseapi.Provider
	// Template is an approved template with values for its places, the contract's hsm.
	Template = onpremiseapi.HSM
	// Language is the language that a template is sent in.
	Language = onpremiseapi.Language
	// LanguagePolicy says whether a template can be sent in another language.
	LanguagePolicy = onpremiseapi.LanguagePolicy
	// LocalizableParam is a value for a place of a template.
	LocalizableParam = onpremiseapi.LocalizableParam
	// Currency is an amount of money.
	Currency = onpremiseapi.Currency
	// DateTime is a moment, by its parts or as a Unix time.
	DateTime = onpremiseapi.DateTime
	// DateTimeComponent is the parts of a date and a time; those that are not set are not shown.
	DateTimeComponent = onpremiseapi.DateTimeComponent
	// DayOfWeek is a day from Monday, 1, to Sunday, 7.
	DayOfWeek = onpremiseapi.DayOfWeek
	// DateTimeUnixEpoch is a moment as Unix seconds.
	DateTimeUnixEpoch = onpremiseapi.DateTimeUnixEpoch
	// Contact is the card of a person or a company.
	Contact = onpremiseapi.Contact
	// ContactName is what the person on a card is called. FormattedName is required.
	ContactName = onpremiseapi.ContactName
	// ContactOrg is the employer on a card.
	ContactOrg = onpremiseapi.ContactOrg
	// ContactPhone is a phone number on a card.
	ContactPhone = onpremiseapi.ContactPhone
	// ContactEmail is a mail address on a card.
	ContactEmail = onpremiseapi.ContactEmail
	// ContactAddress is a postal address on a card.
	ContactAddress = onpremiseapi.ContactAddress
	// ContactURL is a web address on a card.
	ContactURL = onpremiseapi.ContactURL

	// Group is a group by its ID.
	Group = onpremiseapi.Group
	// GroupInfo is a group with its members.
	GroupInfo = onpremiseapi.GroupInfo

	// Health is how the nodes of the installation stand towards the WhatsApp servers. Its Connected
	// method reports whether all of them are connected.
	Health = onpremiseapi.Health
	// GatewayStatus is how a node stands towards the WhatsApp servers.
	GatewayStatus = onpremiseapi.GatewayStatus
	// NodeStatus is how one node stands.
	NodeStatus = onpremiseapi.NodeStatus
	// NodeRole is the part that a node plays.
	NodeRole = onpremiseapi.NodeRole

	// ErrorInfo is one reason why something failed.
	ErrorInfo = onpremiseapi.ErrorInfo
	// Meta is facts about the server that answered.
	Meta = onpremiseapi.Meta

	// WebhookContact is the sender of a message.
	WebhookContact = onpremiseapi.WebhookContact
	// WebhookContactProfile is what the sender says of himself.
	WebhookContactProfile = onpremiseapi.WebhookContactProfile
	// WebhookMessage is a message that arrived. Its Raw is the message as it came.
	WebhookMessage = onpremiseapi.WebhookMessage
	// WebhookMedia is a file that arrived; its ID is for Media.Download.
	WebhookMedia = onpremiseapi.WebhookMedia
	// WebhookText is text that arrived.
	WebhookText = onpremiseapi.WebhookText
	// WebhookLocation is a place that arrived.
	WebhookLocation = onpremiseapi.WebhookLocation
	// WebhookSystem is a notice about a change in a group or of a user.
	WebhookSystem = onpremiseapi.WebhookSystem
	// WebhookStatus is what became of a message that was sent.
	WebhookStatus = onpremiseapi.WebhookStatus
	// MessageContext is the earlier message that a message answers.
	MessageContext = onpremiseapi.MessageContext
	// MessageStatus is how far a message got.
	MessageStatus = onpremiseapi.MessageStatus
	// SystemType is the change that a notice is about.
	SystemType = onpremiseapi.SystemType
	// Timestamp is a moment of an event. Its Time method returns it.
	Timestamp = onpremiseapi.Timestamp
)

// What a user can be allowed to do.
const (
	RoleAdmin = onpremiseapi.UserRoleAdmin
	RoleUser  = onpremiseapi.UserRoleUser
)

// The kinds of media that can be fetched when they arrive.
const (
	MediaAudio    = onpremiseapi.MediaKindAudio
	MediaDocument = onpremiseapi.MediaKindDocument
	MediaImage    = onpremiseapi.MediaKindImage
	MediaVideo    = onpremiseapi.MediaKindVideo
	MediaVoice    = onpremiseapi.MediaKindVoice
)

// How a registration code can travel.
const (
	CodeSMS   = onpremiseapi.CodeMethodSMS
	CodeVoice = onpremiseapi.CodeMethodVoice
)

// Whether the answer to a lookup waits until it is done.
const (
	CheckBlocking = onpremiseapi.BlockingWait
	CheckNoWait   = onpremiseapi.BlockingNoWait
)

// How far the lookup of a phone number can be.
const (
	ContactProcessing = onpremiseapi.ContactStatusProcessing
	ContactValid      = onpremiseapi.ContactStatusValid
	ContactInvalid    = onpremiseapi.ContactStatusInvalid
)

// Whether a template can be sent in another language.
const (
	LanguageFallback      = onpremiseapi.LanguagePolicyFallback
	LanguageDeterministic = onpremiseapi.LanguagePolicyDeterministic
)

// The kinds of messages. Voice, system and unknown ones can only arrive.
const (
	TypeText     = onpremiseapi.MessageTypeText
	TypeImage    = onpremiseapi.MessageTypeImage
	TypeAudio    = onpremiseapi.MessageTypeAudio
	TypeVideo    = onpremiseapi.MessageTypeVideo
	TypeDocument = onpremiseapi.MessageTypeDocument
	TypeLocation = onpremiseapi.MessageTypeLocation
	TypeContacts = onpremiseapi.MessageTypeContacts
	TypeTemplate = onpremiseapi.MessageTypeHSM
	TypeVoice    = onpremiseapi.MessageTypeVoice
	TypeUnknown  = onpremiseapi.MessageTypeUnknown
	// TypeSystem is that of a notice, which the contract does not list.
	TypeSystem MessageType = "system"
)

// How far a message can have got.
const (
	StatusSent      = onpremiseapi.MessageStatusSent
	StatusDelivered = onpremiseapi.MessageStatusDelivered
	StatusRead      = onpremiseapi.MessageStatusRead
	StatusFailed    = onpremiseapi.MessageStatusFailed
	StatusDeleted   = onpremiseapi.MessageStatusDeleted
)

// How a node can stand towards the WhatsApp servers.
const (
	GatewayConnected     = onpremiseapi.GatewayStatusConnected
	GatewayConnecting    = onpremiseapi.GatewayStatusConnecting
	GatewayDisconnected  = onpremiseapi.GatewayStatusDisconnected
	GatewayUninitialized = onpremiseapi.GatewayStatusUninitialized
	GatewayUnregistered  = onpremiseapi.GatewayStatusUnregistered
)

// The changes that a notice can be about.
const (
	SystemBroadcastListCreated        = onpremiseapi.SystemTypeBroadcastListCreated
	SystemGroupCreated                = onpremiseapi.SystemTypeGroupCreated
	SystemGroupDescriptionChanged     = onpremiseapi.SystemTypeGroupDescriptionChanged
	SystemGroupEnded                  = onpremiseapi.SystemTypeGroupEnded
	SystemGroupErrorAddingUser        = onpremiseapi.SystemTypeGroupErrorAddingUser
	SystemGroupErrorAddingUsers       = onpremiseapi.SystemTypeGroupErrorAddingUsers
	SystemGroupErrorBlockedAddingUser = onpremiseapi.SystemTypeGroupErrorBlockedAddingUser
	SystemGroupErrorFetchingPhoto     = onpremiseapi.SystemTypeGroupErrorFetchingPhoto
	SystemGroupErrorFullAddingUsers   = onpremiseapi.SystemTypeGroupErrorFullAddingUsers
	SystemGroupErrorRemovingUser      = onpremiseapi.SystemTypeGroupErrorRemovingUser
	SystemGroupIconChanged            = onpremiseapi.SystemTypeGroupIconChanged
	SystemGroupIconDeleted            = onpremiseapi.SystemTypeGroupIconDeleted
	SystemGroupInviteLinkRevoked      = onpremiseapi.SystemTypeGroupInviteLinkRevoked
	SystemGroupSubjectChanged         = onpremiseapi.SystemTypeGroupSubjectChanged
	SystemGroupUserChangedNumber      = onpremiseapi.SystemTypeGroupUserChangedNumber
	SystemGroupUserDemoted            = onpremiseapi.SystemTypeGroupUserDemoted
	SystemGroupUserJoined             = onpremiseapi.SystemTypeGroupUserJoined
	SystemGroupUserLeft               = onpremiseapi.SystemTypeGroupUserLeft
	SystemGroupUserPromoted           = onpremiseapi.SystemTypeGroupUserPromoted
	SystemUserIdentityChanged         = onpremiseapi.SystemTypeUserIdentityChanged
)
