package onpremise

import (
	"strconv"

	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// MediaRef names a file to send: by [MediaID] or [MediaLink].
type MediaRef struct{ id, link, provider string }

// MediaID names a file by the ID that its upload returned.
func MediaID(id string) MediaRef { return MediaRef{id: id} }

// MediaLink names a file by its web address. The installation fetches it, with the credentials
// of a media provider if one is named; provider may be empty.
func MediaLink(url, provider string) MediaRef { return MediaRef{link: url, provider: provider} }

func (r MediaRef) via() *Provider {
	if r.provider == "" {
		return nil
	}
	return &Provider{Name: r.provider}
}

// The functions below build a message to a person, by WhatsApp ID. [ToGroup] makes it one to a
// group. What they do not set is not sent, and can be set in what they return: a TTL, say.

// TextMessage is text, in which a web address stands as it is.
func TextMessage(to, body string) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeText, Text: &Text{Body: body}}
}

// PreviewMessage is text with a preview of the first web address in it, which begins with
// http:// or https://.
func PreviewMessage(to, body string) Message {
	m := TextMessage(to, body)
	m.PreviewURL = new(true)
	return m
}

// ImageMessage is a picture. The caption may be empty.
func ImageMessage(to string, media MediaRef, caption string) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeImage, Image: &onpremiseapi.Image{
		ID: media.id, Link: media.link, Provider: media.via(), Caption: caption,
	}}
}

// AudioMessage is sound. It has no caption.
func AudioMessage(to string, media MediaRef) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeAudio, Audio: &onpremiseapi.Audio{
		ID: media.id, Link: media.link, Provider: media.via(),
	}}
}

// VideoMessage is a clip. The caption may be empty.
func VideoMessage(to string, media MediaRef, caption string) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeVideo, Video: &onpremiseapi.Video{
		ID: media.id, Link: media.link, Provider: media.via(), Caption: caption,
	}}
}

// DocumentMessage is any other file. The receiver sees it as filename; that and the caption may
// be empty.
func DocumentMessage(to string, media MediaRef, filename, caption string) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeDocument, Document: &onpremiseapi.Document{
		ID: media.id, Link: media.link, Provider: media.via(), Filename: filename, Caption: caption,
	}}
}

// LocationMessage is a place, in degrees north and east. Its name and address may be empty; an
// address is shown only under a name.
func LocationMessage(to string, latitude, longitude float64, name, address string) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeLocation, Location: &onpremiseapi.Location{
		Latitude:  strconv.FormatFloat(latitude, 'f', -1, 64),
		Longitude: strconv.FormatFloat(longitude, 'f', -1, 64),
		Name:      name, Address: address,
	}}
}

// ContactsMessage is cards of people or companies.
func ContactsMessage(to string, contacts ...Contact) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeContacts, Contacts: contacts}
}

// TemplateMessage is an approved template, the contract's hsm, with values for its places in
// their order.
//
//	onpremise.TemplateMessage("16315551234", "shop_ns", "order_shipped", onpremise.Fallback("en_US"),
//		onpremise.TextParam("Ada"), onpremise.CurrencyParam("$10.50", "USD", 10500))
func TemplateMessage(to, namespace, name string, language Language, params ...LocalizableParam) Message {
	return Message{To: to, Type: onpremiseapi.MessageTypeHSM, HSM: &Template{
		Namespace: namespace, ElementName: name, Language: language, LocalizableParams: params,
	}}
}

// ToGroup is message, addressed to a group: its To is the ID of the group.
func ToGroup(message Message) Message {
	message.RecipientType = onpremiseapi.RecipientTypeGroup
	return message
}
