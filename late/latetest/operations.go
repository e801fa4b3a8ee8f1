package latetest

// handler serves one operation. It holds the lock of the api.
type handler func(*api, *call) (any, error)

// operation is the route and the handler of an operation.
type operation struct {
	route  string
	handle handler
}

// operations contains all operations of the contract, by ID.
var operations = map[string]operation{
	"sendWhatsAppBulk": {"POST /v1/whatsapp/bulk", with((*api).sendBulk)},

	"getWhatsAppContacts":        {"GET /v1/whatsapp/contacts", (*api).listContacts},
	"createWhatsAppContact":      {"POST /v1/whatsapp/contacts", with((*api).createContact)},
	"getWhatsAppContact":         {"GET /v1/whatsapp/contacts/{contactId}", (*api).getContact},
	"updateWhatsAppContact":      {"PUT /v1/whatsapp/contacts/{contactId}", with((*api).updateContact)},
	"deleteWhatsAppContact":      {"DELETE /v1/whatsapp/contacts/{contactId}", (*api).deleteContact},
	"importWhatsAppContacts":     {"POST /v1/whatsapp/contacts/import", with((*api).importContacts)},
	"bulkUpdateWhatsAppContacts": {"POST /v1/whatsapp/contacts/bulk", with((*api).bulkUpdateContacts)},
	"bulkDeleteWhatsAppContacts": {"DELETE /v1/whatsapp/contacts/bulk", with((*api).bulkDeleteContacts)},

	"getWhatsAppGroups":   {"GET /v1/whatsapp/groups", (*api).listGroups},
	"renameWhatsAppGroup": {"POST /v1/whatsapp/groups", with((*api).renameGroup)},
	"deleteWhatsAppGroup": {"DELETE /v1/whatsapp/groups", with((*api).deleteGroup)},

	"getWhatsAppTemplates":   {"GET /v1/whatsapp/templates", (*api).listTemplates},
	"createWhatsAppTemplate": {"POST /v1/whatsapp/templates", with((*api).createTemplate)},
	"getWhatsAppTemplate":    {"GET /v1/whatsapp/templates/{templateName}", (*api).getTemplate},
	"updateWhatsAppTemplate": {"PATCH /v1/whatsapp/templates/{templateName}", with((*api).updateTemplate)},
	"deleteWhatsAppTemplate": {"DELETE /v1/whatsapp/templates/{templateName}", (*api).deleteTemplate},

	"getWhatsAppBroadcasts":           {"GET /v1/whatsapp/broadcasts", (*api).listBroadcasts},
	"createWhatsAppBroadcast":         {"POST /v1/whatsapp/broadcasts", with((*api).createBroadcast)},
	"getWhatsAppBroadcast":            {"GET /v1/whatsapp/broadcasts/{broadcastId}", (*api).getBroadcast},
	"deleteWhatsAppBroadcast":         {"DELETE /v1/whatsapp/broadcasts/{broadcastId}", (*api).deleteBroadcast},
	"sendWhatsAppBroadcast":           {"POST /v1/whatsapp/broadcasts/{broadcastId}/send", (*api).sendBroadcast},
	"scheduleWhatsAppBroadcast":       {"POST /v1/whatsapp/broadcasts/{broadcastId}/schedule", with((*api).scheduleBroadcast)},
	"cancelWhatsAppBroadcastSchedule": {"DELETE /v1/whatsapp/broadcasts/{broadcastId}/schedule", (*api).cancelSchedule},

	"getWhatsAppBroadcastRecipients":    {"GET /v1/whatsapp/broadcasts/{broadcastId}/recipients", (*api).listRecipients},
	"addWhatsAppBroadcastRecipients":    {"PATCH /v1/whatsapp/broadcasts/{broadcastId}/recipients", with((*api).addRecipients)},
	"removeWhatsAppBroadcastRecipients": {"DELETE /v1/whatsapp/broadcasts/{broadcastId}/recipients", with((*api).removeRecipients)},

	"getWhatsAppBusinessProfile":    {"GET /v1/whatsapp/business-profile", (*api).getProfile},
	"updateWhatsAppBusinessProfile": {"POST /v1/whatsapp/business-profile", with((*api).updateProfile)},

	"getWhatsAppPhoneNumbers":         {"GET /v1/whatsapp/phone-numbers", (*api).listNumbers},
	"searchAvailableWhatsAppNumbers":  {"GET /v1/whatsapp/phone-numbers/available", (*api).searchNumbers},
	"getPreverifiedWhatsAppNumbers":   {"GET /v1/whatsapp/phone-numbers/preverified", (*api).listPreverified},
	"purchaseWhatsAppPhoneNumber":     {"POST /v1/whatsapp/phone-numbers/purchase", with((*api).purchase)},
	"getWhatsAppPhoneNumber":          {"GET /v1/whatsapp/phone-numbers/{phoneNumberId}", (*api).getNumber},
	"releaseWhatsAppPhoneNumber":      {"DELETE /v1/whatsapp/phone-numbers/{phoneNumberId}", (*api).releaseNumber},
	"requestWhatsAppVerificationCode": {"POST /v1/whatsapp/phone-numbers/{phoneNumberId}/request-code", (*api).requestCode},
	"verifyWhatsAppPhoneNumber":       {"POST /v1/whatsapp/phone-numbers/{phoneNumberId}/verify", with((*api).verifyNumber)},
}
