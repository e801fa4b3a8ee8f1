package onpremisetest

// handler answers one operation, under the lock of the api.
type handler func(*api, *call) (any, error)

// operation is what the server knows of an operation of the contract.
type operation struct {
	route  string
	who    role
	handle handler
}

// role is who may call an operation.
type role int

const (
	anyone role = iota // without a token
	member             // with a token
	self               // administrators, and everybody for the user of the path who it is
	admin              // administrators
)

// operations are all of the contract, by id.
var operations = map[string]operation{
	"LoginUser":  {"POST /users/login", anyone, (*api).login},
	"LogoutUser": {"POST /users/logout", member, (*api).logout},
	"CreateUser": {"POST /users", admin, with((*api).createUser)},
	"GetUser":    {"GET /users/{UserUsername}", self, (*api).getUser},
	"UpdateUser": {"PUT /users/{UserUsername}", self, with((*api).updateUser)},
	"DeleteUser": {"DELETE /users/{UserUsername}", admin, (*api).deleteUser},

	"GetApplicationSettings":    {"GET /settings/application", admin, (*api).getSettings},
	"UpdateApplicationSettings": {"PATCH /settings/application", admin, with((*api).updateSettings)},
	"ResetApplicationSettings":  {"DELETE /settings/application", admin, (*api).resetSettings},
	"SetShards":                 {"POST /account/shards", admin, with((*api).setShards)},
	"GetMediaProviders":         {"GET /settings/application/media/providers", admin, (*api).getProviders},
	"UpdateMediaProviders":      {"POST /settings/application/media/providers", admin, with((*api).updateProviders)},
	"DeleteMediaProviders":      {"DELETE /settings/application/media/providers/{ProviderName}", admin, (*api).deleteProvider},

	"BackupSettings":  {"POST /settings/backup", admin, with((*api).backup)},
	"RestoreSettings": {"POST /settings/restore", admin, with((*api).restore)},

	"GetBusinessProfile":    {"GET /settings/business/profile", admin, (*api).getBusiness},
	"updateBusinessProfile": {"POST /settings/business/profile", admin, with((*api).updateBusiness)},

	"GetProfileAbout":    {"GET /settings/profile/about", admin, (*api).getAbout},
	"UpdateProfileAbout": {"PATCH /settings/profile/about", admin, with((*api).updateAbout)},
	"GetProfilePhoto":    {"GET /settings/profile/photo", admin, (*api).getPhoto},
	"UpdateProfilePhoto": {"POST /settings/profile/photo", admin, (*api).updatePhoto},
	"DeleteProfilePhoto": {"DELETE /settings/profile/photo", admin, (*api).deletePhoto},

	"EnableTwoStep":  {"POST /settings/account/two-step", admin, with((*api).enableTwoStep)},
	"DisableTwoStep": {"DELETE /settings/account/two-step", admin, (*api).disableTwoStep},

	"RequestCode":     {"POST /account", admin, with((*api).requestCode)},
	"RegisterAccount": {"POST /account/verify", admin, with((*api).register)},

	"CheckContact": {"POST /contacts", member, with((*api).checkContacts)},

	"SendMessage":       {"POST /messages", member, with((*api).sendMessage)},
	"MarkMessageAsRead": {"PUT /messages/{MessageID}", member, with((*api).markRead)},

	"GetAllGroups":           {"GET /groups", member, (*api).listGroups},
	"CreateGroup":            {"POST /groups", member, with((*api).createGroup)},
	"GetGroupInfo":           {"GET /groups/{GroupId}", member, (*api).getGroup},
	"UpdateGroupInfo":        {"PUT /groups/{GroupId}", member, with((*api).updateGroup)},
	"GetGroupInvite":         {"GET /groups/{GroupId}/invite", member, (*api).getInvite},
	"DeleteGroupInvite":      {"DELETE /groups/{GroupId}/invite", member, (*api).revokeInvite},
	"RemoveGroupParticipant": {"DELETE /groups/{GroupId}/participants", member, with((*api).removeParticipants)},
	"LeaveGroup":             {"POST /groups/{GroupId}/leave", member, (*api).leaveGroup},
	"GetGroupIconBinary":     {"GET /groups/{GroupId}/icon", member, (*api).getIcon},
	"SetGroupIcon":           {"POST /groups/{GroupId}/icon", member, (*api).setIcon},
	"DeleteGroupIcon":        {"DELETE /groups/{GroupId}/icon", member, (*api).deleteIcon},
	"PromoteToGroupAdmin":    {"PATCH /groups/{GroupId}/admins", member, with((*api).promote)},
	"DemoteGroupAdmin":       {"DELETE /groups/{GroupId}/admins", member, with((*api).demote)},

	"UploadMedia":   {"POST /media", member, (*api).uploadMedia},
	"DownloadMedia": {"GET /media/{MediaId}", member, (*api).downloadMedia},
	"DeleteMedia":   {"DELETE /media/{MediaId}", member, (*api).deleteMedia},

	"CheckHealth":    {"GET /health", member, (*api).checkHealth},
	"GetAppStats":    {"GET /stats/app", member, counters("stats", "app", (*api).appStats)},
	"GetDbStats":     {"GET /stats/db", member, counters("stats", "db", (*api).dbStats)},
	"GetMetrics":     {"GET /metrics", member, counters("metrics", "client", (*api).appStats)},
	"GetSupportInfo": {"GET /support", member, (*api).support},

	"DownloadCaCertificate":        {"GET /certificates/external/ca", admin, (*api).getCA},
	"UploadCertificate":            {"POST /certificates/external", admin, (*api).setCertificate},
	"DownloadWebhookCaCertificate": {"GET /certificates/webhooks/ca", admin, (*api).getWebhookCA},
	"UploadWebhookCaCertificate":   {"POST /certificates/webhooks/ca", admin, (*api).setWebhookCA},
	"DeleteWebhookCaCertificate":   {"DELETE /certificates/webhooks/ca", admin, (*api).deleteWebhookCA},
}
