package onpremise

import (
	"strconv"
	"time"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MediaRef refers to a file to send: see [MediaID] and [MediaLink].
type MediaRef struct{ id, link, provider string }

// MediaID refers to an uploaded file by its ID.
func MediaID(id string) MediaRef { return MediaRef{id: id} }

// MediaLink refers to a file by its URL. The installation fetches it, with the credentials of
// the named media provider unless provider is empty.
func MediaLink(url, provider string) MediaRef { return MediaRef{link: url, provider: provider} }

func (r MediaRef) via() *Provider {
	if r.provider == "" {
		return nil
	}
	return &Provider{Name: r.provider}
}

func (r MediaRef) image(caption string) *Image {
	return &Image{ID: r.id, Link: r.link, Provider: r.via(), Caption: caption}
}

func (r MediaRef) video(caption string) *Video {
	return &Video{ID: r.id, Link: r.link, Provider: r.via(), Caption: caption}
}

func (r MediaRef) document(filename, caption string) *Document {
	return &Document{ID: r.id, Link: r.link, Provider: r.via(), Filename: filename, Caption: caption}
}

// TextMessage returns a text message of at most 4096 characters.
//
// The recipient of this and of every other message is a WhatsApp ID, or after [ToGroup] the ID
// of a group. The fields that the function does not set, such as TTL, can be set in its result.
func TextMessage(to, body string) Message {
	return Message{To: to, Type: TypeText, Text: &Text{Body: body}}
}

// PreviewMessage returns a text message with a preview of the first URL in body, which must
// begin with http:// or https://.
func PreviewMessage(to, body string) Message {
	m := TextMessage(to, body)
	m.PreviewURL = new(true)
	return m
}

// ImageMessage returns an image message. The caption has at most 1024 characters and may be
// empty.
func ImageMessage(to string, media MediaRef, caption string) Message {
	return Message{To: to, Type: TypeImage, Image: media.image(caption)}
}

// AudioMessage returns an audio message.
func AudioMessage(to string, media MediaRef) Message {
	return Message{To: to, Type: TypeAudio, Audio: &Audio{ID: media.id, Link: media.link, Provider: media.via()}}
}

// VideoMessage returns a video message. The caption has at most 1024 characters and may be
// empty.
func VideoMessage(to string, media MediaRef, caption string) Message {
	return Message{To: to, Type: TypeVideo, Video: media.video(caption)}
}

// DocumentMessage returns a message with any other file, which the recipient sees as filename.
// The filename and the caption, of at most 1024 characters, may be empty.
func DocumentMessage(to string, media MediaRef, filename, caption string) Message {
	return Message{To: to, Type: TypeDocument, Document: media.document(filename, caption)}
}

// StickerMessage returns a sticker message.
func StickerMessage(to string, media MediaRef) Message {
	return Message{To: to, Type: TypeSticker, Sticker: &Sticker{ID: media.id, Link: media.link, Provider: media.via()}}
}

// LocationMessage returns a location in degrees. The name and the address may be empty; the
// address is shown only if there is a name.
func LocationMessage(to string, latitude, longitude float64, name, address string) Message {
	return Message{To: to, Type: TypeLocation, Location: &Location{
		Latitude:  strconv.FormatFloat(latitude, 'f', -1, 64),
		Longitude: strconv.FormatFloat(longitude, 'f', -1, 64),
		Name:      name, Address: address,
	}}
}

// ContactsMessage returns a message with the cards of people or companies.
func ContactsMessage(to string, cards ...ContactCard) Message {
	return Message{To: to, Type: TypeContacts, Contacts: cards}
}

// ButtonsMessage returns a text of at most 1024 characters with one to three reply buttons. The
// webhook receives the ID of the button that is pressed. A header and a footer can be added:
//
//	m.Interactive.Footer = &onpremise.InteractiveFooter{Text: "Reply within a day"}
func ButtonsMessage(to, body string, buttons ...ReplyButton) Message {
	action := InteractiveAction{}
	for _, b := range buttons {
		action.Buttons = append(action.Buttons, InteractiveButton{Type: onpremiseapi.InteractiveButtonTypeReply, Reply: b})
	}
	return interactive(to, InteractiveButtons, body, action)
}

// ListMessage returns a text of at most 1024 characters with a button that opens a list of at
// most 10 rows. The webhook receives the ID of the row that is chosen. A text header and a footer
// can be added as for [ButtonsMessage].
func ListMessage(to, body, button string, sections ...ListSection) Message {
	return interactive(to, InteractiveList, body, InteractiveAction{Button: button, Sections: sections})
}

func interactive(to string, kind InteractiveType, body string, action InteractiveAction) Message {
	return Message{To: to, Type: TypeInteractive, Interactive: &Interactive{
		Type: kind, Body: InteractiveBody{Text: body}, Action: action,
	}}
}

// TemplateMessage returns an approved template in the language of code, such as "en_US", with
// values for its placeholders. It needs release 2.27 or later; see [HSMMessage] for older ones.
//
//	onpremise.TemplateMessage("16315551234", "shop_ns", "order_shipped", "en_US",
//		onpremise.HeaderComponent(onpremise.ImageParam(onpremise.MediaID(id))),
//		onpremise.BodyComponent(onpremise.TextParam("Ada"), onpremise.CurrencyParam("$10.50", "USD", 10500)))
func TemplateMessage(to, namespace, name, code string, components ...TemplateComponent) Message {
	return Message{To: to, Type: TypeTemplate, Template: &Template{
		Namespace: namespace, Name: name, Language: Deterministic(code), Components: components,
	}}
}

// HeaderComponent returns the values of the header of a template.
func HeaderComponent(params ...TemplateParameter) TemplateComponent {
	return TemplateComponent{Type: onpremiseapi.TemplateComponentTypeHeader, Parameters: params}
}

// BodyComponent returns the values of the body of a template.
func BodyComponent(params ...TemplateParameter) TemplateComponent {
	return TemplateComponent{Type: onpremiseapi.TemplateComponentTypeBody, Parameters: params}
}

// QuickReplyComponent returns the payload that the webhook receives when the quick-reply button
// at index, counted from 0, is pressed.
func QuickReplyComponent(index int, payload string) TemplateComponent {
	return TemplateComponent{
		Type: onpremiseapi.TemplateComponentTypeButton, SubType: onpremiseapi.TemplateButtonTypeQuickReply, Index: strconv.Itoa(index),
		Parameters: []TemplateParameter{{Type: onpremiseapi.TemplateParameterTypePayload, Payload: payload}},
	}
}

// URLComponent returns the text that completes the URL of the button at index, counted from 0.
func URLComponent(index int, suffix string) TemplateComponent {
	return TemplateComponent{
		Type: onpremiseapi.TemplateComponentTypeButton, SubType: onpremiseapi.TemplateButtonTypeURL, Index: strconv.Itoa(index),
		Parameters: []TemplateParameter{TextParam(suffix)},
	}
}

// TextParam returns text for a placeholder of a template.
func TextParam(text string) TemplateParameter {
	return TemplateParameter{Type: onpremiseapi.TemplateParameterTypeText, Text: text}
}

// CurrencyParam returns an amount in thousandths of a currency, given by its three-letter code.
// It is formatted for the recipient; text is shown if that is not possible.
func CurrencyParam(text, code string, thousandths int) TemplateParameter {
	return TemplateParameter{Type: onpremiseapi.TemplateParameterTypeCurrency, Currency: &TemplateCurrency{
		FallbackValue: text, Code: code, Thousandths: thousandths,
	}}
}

// DateTimeParam returns a date or a time, which is shown as text.
func DateTimeParam(text string) TemplateParameter {
	return TemplateParameter{Type: onpremiseapi.TemplateParameterTypeDateTime, DateTime: &TemplateDateTime{FallbackValue: text}}
}

// ImageParam returns the image of a template's header.
func ImageParam(media MediaRef) TemplateParameter {
	return TemplateParameter{Type: onpremiseapi.TemplateParameterTypeImage, Image: media.image("")}
}

// VideoParam returns the video of a template's header.
func VideoParam(media MediaRef) TemplateParameter {
	return TemplateParameter{Type: onpremiseapi.TemplateParameterTypeVideo, Video: media.video("")}
}

// DocumentParam returns the document of a template's header. The filename may be empty.
func DocumentParam(media MediaRef, filename string) TemplateParameter {
	return TemplateParameter{Type: onpremiseapi.TemplateParameterTypeDocument, Document: media.document(filename, "")}
}

// HSMMessage returns a template in the form of the published contract, which later releases
// replaced with [TemplateMessage].
//
//	onpremise.HSMMessage("16315551234", "shop_ns", "order_shipped", onpremise.Fallback("en_US"),
//		onpremise.HSMText("Ada"), onpremise.HSMCurrency("$10.50", "USD", 10500))
func HSMMessage(to, namespace, name string, language Language, params ...LocalizableParam) Message {
	return Message{To: to, Type: TypeHSM, HSM: &HSM{
		Namespace: namespace, ElementName: name, Language: language, LocalizableParams: params,
	}}
}

// Fallback selects the recipient's language if the template is available in it, and otherwise
// the language of code, such as "en" or "en_US".
func Fallback(code string) Language { return Language{Policy: LanguageFallback, Code: code} }

// Deterministic selects the language of code and no other.
func Deterministic(code string) Language { return Language{Policy: LanguageDeterministic, Code: code} }

// HSMText returns text for a placeholder of an [HSMMessage].
func HSMText(text string) LocalizableParam { return LocalizableParam{Default: text} }

// HSMCurrency returns an amount in thousandths of a currency, given by its three-letter code. It
// is formatted for the recipient; text is shown if that is not possible.
func HSMCurrency(text, code string, thousandths int) LocalizableParam {
	return LocalizableParam{Default: text, Currency: &Currency{CurrencyCode: code, Thousandths: thousandths}}
}

// HSMEpoch returns a moment, shown in the recipient's time zone; text is shown if that is not
// possible.
func HSMEpoch(text string, moment time.Time) LocalizableParam {
	return LocalizableParam{Default: text, DateTime: &DateTime{UnixEpoch: &DateTimeUnixEpoch{Timestamp: moment.Unix()}}}
}

// HSMDateTime returns the parts of a date or a time that are set in parts, formatted for the
// recipient; text is shown if that is not possible. [PartsOf] returns the parts of a [time.Time].
func HSMDateTime(text string, parts DateTimeComponent) LocalizableParam {
	return LocalizableParam{Default: text, DateTime: &DateTime{Component: &parts}}
}

// PartsOf returns the parts of moment in its own time zone, from the year to the minute.
func PartsOf(moment time.Time) DateTimeComponent {
	weekday := moment.Weekday()
	if weekday == time.Sunday {
		weekday = 7
	}
	return DateTimeComponent{
		Year: moment.Year(), Month: int(moment.Month()), DayOfMonth: moment.Day(),
		DayOfWeek: DayOfWeek(weekday), Hour: new(moment.Hour()), Minute: new(moment.Minute()),
	}
}

// ToGroup returns message addressed to a group: its To is the ID of the group.
func ToGroup(message Message) Message {
	message.RecipientType = onpremiseapi.RecipientTypeGroup
	return message
}
