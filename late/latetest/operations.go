package latetest

// handler serves one operation. It holds the lock of the api.
type handler func(*api, *call) (any, error)

// operations contains the handlers of all operations of the contract, by ID.
var operations = map[string]handler{
	"sendWhatsAppBulk": with((*api).sendBulk),

	"getWhatsAppContacts":        (*api).listContacts,
	"createWhatsAppContact":      with((*api).createContact),
	"getWhatsAppContact":         (*api).getContact,
	"updateWhatsAppContact":      with((*api).updateContact),
	"deleteWhatsAppContact":      (*api).deleteContact,
	"importWhatsAppContacts":     with((*api).importContacts),
	"bulkUpdateWhatsAppContacts": with((*api).bulkUpdateContacts),
	"bulkDeleteWhatsAppContacts": with((*api).bulkDeleteContacts),

	"getWhatsAppGroups":   (*api).listGroups,
	"renameWhatsAppGroup": with((*api).renameGroup),
	"deleteWhatsAppGroup": with((*api).deleteGroup),

	"getWhatsAppTemplates":   (*api).listTemplates,
	"createWhatsAppTemplate": with((*api).createTemplate),
	"getWhatsAppTemplate":    (*api).getTemplate,
	"updateWhatsAppTemplate": with((*api).updateTemplate),
	"deleteWhatsAppTemplate": (*api).deleteTemplate,

	"getWhatsAppBroadcasts":           (*api).listBroadcasts,
	"createWhatsAppBroadcast":         with((*api).createBroadcast),
	"getWhatsAppBroadcast":            (*api).getBroadcast,
	"deleteWhatsAppBroadcast":         (*api).deleteBroadcast,
	"sendWhatsAppBroadcast":           (*api).sendBroadcast,
	"scheduleWhatsAppBroadcast":       with((*api).scheduleBroadcast),
	"cancelWhatsAppBroadcastSchedule": (*api).cancelSchedule,

	"getWhatsAppBroadcastRecipients":    (*api).listRecipients,
	"addWhatsAppBroadcastRecipients":    with((*api).addRecipients),
	"removeWhatsAppBroadcastRecipients": with((*api).removeRecipients),

	"getWhatsAppBusinessProfile":    (*api).getProfile,
	"updateWhatsAppBusinessProfile": with((*api).updateProfile),

	"getWhatsAppPhoneNumbers":         (*api).listNumbers,
	"searchAvailableWhatsAppNumbers":  (*api).searchNumbers,
	"getPreverifiedWhatsAppNumbers":   (*api).listPreverified,
	"purchaseWhatsAppPhoneNumber":     with((*api).purchase),
	"getWhatsAppPhoneNumber":          (*api).getNumber,
	"releaseWhatsAppPhoneNumber":      (*api).releaseNumber,
	"requestWhatsAppVerificationCode": (*api).requestCode,
	"verifyWhatsAppPhoneNumber":       with((*api).verifyNumber),

	"listAccounts":         (*api).listAccounts,
	"getAllAccountsHealth": (*api).listHealth,
	"getAccountHealth":     (*api).getHealth,
	"updateAccount":        with((*api).updateAccount),
	"deleteAccount":        (*api).deleteAccount,
	"listConnectionLogs":   (*api).listConnectionLogs,

	"listProfiles":  (*api).listProfiles,
	"createProfile": with((*api).createWorkspaceProfile),
	"getProfile":    (*api).getWorkspaceProfile,
	"updateProfile": with((*api).updateWorkspaceProfile),
	"deleteProfile": (*api).deleteWorkspaceProfile,

	"getConnectUrl":       (*api).getConnectURL,
	"handleOAuthCallback": with((*api).completeConnection),
	"getPendingOAuthData": (*api).readPendingData,

	"listInboxConversations":       inbox((*api).listConversations),
	"createInboxConversation":      inbox(with((*api).startConversation)),
	"getInboxConversation":         inbox((*api).getConversation),
	"updateInboxConversation":      inbox(with((*api).updateConversation)),
	"getInboxConversationMessages": inbox((*api).listMessages),
	"sendInboxMessage":             inbox(uncoded((*api).sendMessage)),

	"getWebhookSettings":    (*api).listWebhooks,
	"createWebhookSettings": with((*api).createWebhook),
	"updateWebhookSettings": with((*api).updateWebhook),
	"deleteWebhookSettings": (*api).deleteWebhook,
	"testWebhook":           with((*api).testWebhook),
	"getWebhookLogs":        (*api).listWebhookLogs,

	"getMediaPresignedUrl": with((*api).presign),
	"getWhatsAppMedia":     (*api).getMedia,
	"getUsageStats":        (*api).getUsage,
}
