package onpremise

import "github.com/wabakit/wabakit-go/onpremise/onpremiseapi"

// Types of requests and results. Package onpremiseapi documents their fields.
type (
	// Session is a token and its expiry.
	Session = onpremiseapi.Session
	// Time is a time in a response.
	Time = onpremiseapi.Time
	// User is a user of the installation.
	User = onpremiseapi.User
	// UserRole is the role of a user.
	UserRole = onpremiseapi.UserRole
	// CreateUserRequest describes a new user. Both fields are required.
	CreateUserRequest = onpremiseapi.CreateUserRequest
	// UpdateUserRequest contains the new password of a user.
	UpdateUserRequest = onpremiseapi.UpdateUserRequest

	// ApplicationSettings contains the settings of the installation.
	ApplicationSettings = onpremiseapi.ApplicationSettings
	// ApplicationSettingsUpdate changes settings. Nil fields stay as they are.
	ApplicationSettingsUpdate = onpremiseapi.ApplicationSettingsUpdate
	// Milliseconds is a delay in the settings. Its Duration method returns it as a duration.
	Milliseconds = onpremiseapi.Milliseconds
	// MediaSettings selects the media that are downloaded when a message arrives.
	MediaSettings = onpremiseapi.MediaSettings
	// MediaKind is a kind of media.
	MediaKind = onpremiseapi.MediaKind
	// WebhookSettings contains the URL that events are delivered to.
	WebhookSettings = onpremiseapi.WebhookSettings
	// WebhookSettingsUpdate changes the settings of the webhook. Nil fields stay as they are.
	WebhookSettingsUpdate = onpremiseapi.WebhookSettingsUpdate
	// SetShardsRequest sets the number of shards. All fields are required.
	SetShardsRequest = onpremiseapi.SetShardsRequest
	// RestoreRequest contains a backup and its password.
	RestoreRequest = onpremiseapi.RestoreRequest
	// BusinessProfile is the profile that customers see.
	BusinessProfile = onpremiseapi.BusinessProfile
	// RequestCodeRequest contains a phone number to register and the delivery method of its code.
	RequestCodeRequest = onpremiseapi.RequestCodeRequest
	// CodeMethod is the delivery method of a registration code.
	CodeMethod = onpremiseapi.CodeMethod

	// CheckedContact is the result of looking up a phone number.
	CheckedContact = onpremiseapi.CheckedContact
	// ContactStatus is the state of the lookup of a phone number.
	ContactStatus = onpremiseapi.ContactStatus
	// Blocking selects whether the server responds before every phone number is looked up.
	Blocking = onpremiseapi.Blocking

	// Message is a message to send.
	Message = onpremiseapi.Message
	// MessageType is the kind of a message.
	MessageType = onpremiseapi.MessageType
	// RecipientType selects a person or a group as the recipient.
	RecipientType = onpremiseapi.RecipientType
	// Text is the content of a text message.
	Text = onpremiseapi.Text
	// Image is the content of an image message.
	Image = onpremiseapi.Image
	// Audio is the content of an audio message.
	Audio = onpremiseapi.Audio
	// Video is the content of a video message.
	Video = onpremiseapi.Video
	// Document is the content of a document message.
	Document = onpremiseapi.Document
	// Sticker is the content of a sticker message.
	Sticker = onpremiseapi.Sticker
	// Provider names a media provider.
	Provider = onpremiseapi.Provider
	// Location is the content of a location message.
	Location = onpremiseapi.Location

	// ContactCard is the vCard of a person or a company.
	ContactCard = onpremiseapi.ContactCard
	// ContactName is a name on a card. FormattedName is required.
	ContactName = onpremiseapi.ContactName
	// ContactOrg is the employer on a card.
	ContactOrg = onpremiseapi.ContactOrg
	// ContactPhone is a phone number on a card.
	ContactPhone = onpremiseapi.ContactPhone
	// ContactEmail is an email address on a card.
	ContactEmail = onpremiseapi.ContactEmail
	// ContactAddress is a postal address on a card.
	ContactAddress = onpremiseapi.ContactAddress
	// ContactURL is a URL on a card.
	ContactURL = onpremiseapi.ContactURL

	// Interactive is the content of a message with buttons or a list.
	Interactive = onpremiseapi.Interactive
	// InteractiveType is the kind of an interactive message.
	InteractiveType = onpremiseapi.InteractiveType
	// InteractiveHeader is the header of an interactive message.
	InteractiveHeader = onpremiseapi.InteractiveHeader
	// InteractiveHeaderType is the kind of a header.
	InteractiveHeaderType = onpremiseapi.InteractiveHeaderType
	// InteractiveBody is the text of an interactive message.
	InteractiveBody = onpremiseapi.InteractiveBody
	// InteractiveFooter is the footer of an interactive message.
	InteractiveFooter = onpremiseapi.InteractiveFooter
	// InteractiveAction contains the buttons or the list of an interactive message.
	InteractiveAction = onpremiseapi.InteractiveAction
	// InteractiveButton is a button of an interactive message.
	InteractiveButton = onpremiseapi.InteractiveButton
	// ReplyButton is the ID and the label of a button.
	ReplyButton = onpremiseapi.ReplyButton
	// ListSection is a section of a list.
	ListSection = onpremiseapi.ListSection
	// ListRow is a row of a list.
	ListRow = onpremiseapi.ListRow

	// Template is an approved template with values for its placeholders.
	Template = onpremiseapi.Template
	// TemplateComponent contains the values of one part of a template.
	TemplateComponent = onpremiseapi.TemplateComponent
	// TemplateParameter is a value for a placeholder.
	TemplateParameter = onpremiseapi.TemplateParameter
	// TemplateCurrency is an amount of money in a template.
	TemplateCurrency = onpremiseapi.TemplateCurrency
	// TemplateDateTime is a date or a time in a template.
	TemplateDateTime = onpremiseapi.TemplateDateTime
	// Language is the language of a template.
	Language = onpremiseapi.Language
	// LanguagePolicy selects whether a template may be sent in another language.
	LanguagePolicy = onpremiseapi.LanguagePolicy
	// HSM is a template in the form of the published contract.
	HSM = onpremiseapi.HSM
	// LocalizableParam is a value for a placeholder of an HSM.
	LocalizableParam = onpremiseapi.LocalizableParam
	// Currency is an amount of money in an HSM.
	Currency = onpremiseapi.Currency
	// DateTime is a date and a time in an HSM, as parts or in Unix seconds.
	DateTime = onpremiseapi.DateTime
	// DateTimeComponent contains the parts of a date and a time. Zero parts are not shown.
	DateTimeComponent = onpremiseapi.DateTimeComponent
	// DayOfWeek is a day from Monday, 1, to Sunday, 7.
	DayOfWeek = onpremiseapi.DayOfWeek
	// DateTimeUnixEpoch is a time in Unix seconds.
	DateTimeUnixEpoch = onpremiseapi.DateTimeUnixEpoch

	// Group is a group.
	Group = onpremiseapi.Group
	// GroupInfo is a group with its members.
	GroupInfo = onpremiseapi.GroupInfo

	// Health is the gateway status of each node. Its Connected method reports whether all nodes
	// are connected.
	Health = onpremiseapi.Health
	// GatewayStatus is the state of a node's connection to the WhatsApp servers.
	GatewayStatus = onpremiseapi.GatewayStatus
	// NodeStatus is the state of one node.
	NodeStatus = onpremiseapi.NodeStatus
	// NodeRole is the role of a node.
	NodeRole = onpremiseapi.NodeRole

	// ErrorInfo is one error that the server reports.
	ErrorInfo = onpremiseapi.ErrorInfo
	// Meta describes the server.
	Meta = onpremiseapi.Meta
	// APIStatus is the state of the API version that the server uses.
	APIStatus = onpremiseapi.APIStatus

	// WebhookContact is the sender of a message.
	WebhookContact = onpremiseapi.WebhookContact
	// WebhookContactProfile is the profile of a sender.
	WebhookContactProfile = onpremiseapi.WebhookContactProfile
	// IncomingMessage is a message from a customer. Raw is the message as delivered.
	IncomingMessage = onpremiseapi.IncomingMessage
	// WebhookMedia is a received file. Pass its ID to [MediaService.Download].
	WebhookMedia = onpremiseapi.WebhookMedia
	// WebhookText is the content of a received text message.
	WebhookText = onpremiseapi.WebhookText
	// WebhookLocation is the content of a received location message.
	WebhookLocation = onpremiseapi.WebhookLocation
	// WebhookSystem is a notification of a change in a group or of a user.
	WebhookSystem = onpremiseapi.WebhookSystem
	// WebhookButton is the quick reply button of a template that the customer chose.
	WebhookButton = onpremiseapi.WebhookButton
	// WebhookInteractive is the button or list row that the customer chose.
	WebhookInteractive = onpremiseapi.WebhookInteractive
	// WebhookReply identifies the chosen button or list row.
	WebhookReply = onpremiseapi.WebhookReply
	// WebhookReaction is a reaction to a message.
	WebhookReaction = onpremiseapi.WebhookReaction
	// WebhookOrder is an order from a catalog.
	WebhookOrder = onpremiseapi.WebhookOrder
	// WebhookProduct is a product of an order.
	WebhookProduct = onpremiseapi.WebhookProduct
	// WebhookReferral is the advertisement or post that led the customer to write.
	WebhookReferral = onpremiseapi.WebhookReferral
	// MessageStatus reports a status of an outgoing message.
	MessageStatus = onpremiseapi.MessageStatus
	// WebhookConversation is the conversation that a message is billed under.
	WebhookConversation = onpremiseapi.WebhookConversation
	// WebhookConversationOrigin is the category of a conversation.
	WebhookConversationOrigin = onpremiseapi.WebhookConversationOrigin
	// WebhookPricing is the pricing of a message.
	WebhookPricing = onpremiseapi.WebhookPricing
	// MessageContext identifies the earlier message that a message replies to.
	MessageContext = onpremiseapi.MessageContext
	// MessageState is the status of an outgoing message.
	MessageState = onpremiseapi.MessageState
	// SystemType is the kind of change that a system notification reports.
	SystemType = onpremiseapi.SystemType
	// Timestamp is the time of an event. Its Time method returns it as a [time.Time].
	Timestamp = onpremiseapi.Timestamp
)

// Values of [UserRole].
const (
	RoleAdmin = onpremiseapi.UserRoleAdmin
	RoleUser  = onpremiseapi.UserRoleUser
)

// Values of [MediaKind].
const (
	MediaAudio    = onpremiseapi.MediaKindAudio
	MediaDocument = onpremiseapi.MediaKindDocument
	MediaImage    = onpremiseapi.MediaKindImage
	MediaVideo    = onpremiseapi.MediaKindVideo
	MediaVoice    = onpremiseapi.MediaKindVoice
)

// Values of [CodeMethod].
const (
	CodeSMS   = onpremiseapi.CodeMethodSMS
	CodeVoice = onpremiseapi.CodeMethodVoice
)

// Values of [Blocking].
const (
	CheckBlocking = onpremiseapi.BlockingWait
	CheckNoWait   = onpremiseapi.BlockingNoWait
)

// Values of [ContactStatus].
const (
	ContactProcessing = onpremiseapi.ContactStatusProcessing
	ContactValid      = onpremiseapi.ContactStatusValid
	ContactInvalid    = onpremiseapi.ContactStatusInvalid
)

// Values of [LanguagePolicy].
const (
	LanguageFallback      = onpremiseapi.LanguagePolicyFallback
	LanguageDeterministic = onpremiseapi.LanguagePolicyDeterministic
)

// Values of [InteractiveType].
const (
	InteractiveButtons = onpremiseapi.InteractiveTypeButton
	InteractiveList    = onpremiseapi.InteractiveTypeList
)

// Values of [InteractiveHeaderType].
const (
	HeaderText     = onpremiseapi.InteractiveHeaderTypeText
	HeaderImage    = onpremiseapi.InteractiveHeaderTypeImage
	HeaderVideo    = onpremiseapi.InteractiveHeaderTypeVideo
	HeaderDocument = onpremiseapi.InteractiveHeaderTypeDocument
)

// Values of [MessageType]. Voice, system and unknown messages are only received.
const (
	TypeText        = onpremiseapi.MessageTypeText
	TypeImage       = onpremiseapi.MessageTypeImage
	TypeAudio       = onpremiseapi.MessageTypeAudio
	TypeVideo       = onpremiseapi.MessageTypeVideo
	TypeDocument    = onpremiseapi.MessageTypeDocument
	TypeSticker     = onpremiseapi.MessageTypeSticker
	TypeLocation    = onpremiseapi.MessageTypeLocation
	TypeContacts    = onpremiseapi.MessageTypeContacts
	TypeInteractive = onpremiseapi.MessageTypeInteractive
	TypeTemplate    = onpremiseapi.MessageTypeTemplate
	TypeHSM         = onpremiseapi.MessageTypeHSM
	TypeVoice       = onpremiseapi.MessageTypeVoice
	TypeUnknown     = onpremiseapi.MessageTypeUnknown
	// TypeSystem is the type of a system notification, which the contract does not list.
	TypeSystem MessageType = "system"
	// The following arrive from later versions only.
	TypeReaction MessageType = "reaction"
	TypeButton   MessageType = "button"
	TypeOrder    MessageType = "order"
)

// Values of [MessageState].
const (
	StatusSent      = onpremiseapi.MessageStateSent
	StatusDelivered = onpremiseapi.MessageStateDelivered
	StatusRead      = onpremiseapi.MessageStateRead
	StatusFailed    = onpremiseapi.MessageStateFailed
	StatusDeleted   = onpremiseapi.MessageStateDeleted
	StatusWarning   = onpremiseapi.MessageStateWarning
)

// Values of [GatewayStatus].
const (
	GatewayConnected     = onpremiseapi.GatewayStatusConnected
	GatewayConnecting    = onpremiseapi.GatewayStatusConnecting
	GatewayDisconnected  = onpremiseapi.GatewayStatusDisconnected
	GatewayUninitialized = onpremiseapi.GatewayStatusUninitialized
	GatewayUnregistered  = onpremiseapi.GatewayStatusUnregistered
)

// Values of [SystemType].
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
