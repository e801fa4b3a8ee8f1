package onpremisetest

// handler serves one operation. It holds the lock of the api.
type handler func(*api, *call) (any, error)

// operation is the route, the required role and the handler of an operation.
type operation struct {
	who    role
	handle handler
}

// role is the permission that an operation requires.
type role int

const (
	anyone role = iota // no token
	member             // any token
	self               // administrator, or the user in the path
	admin              // administrator
)

// operations contains all operations of the contract, by ID.
var operations = map[string]operation{
	"LoginUser":  {anyone, (*api).login},
	"LogoutUser": {member, (*api).logout},
	"CreateUser": {admin, with((*api).createUser)},
	"GetUser":    {self, (*api).getUser},
	"UpdateUser": {self, with((*api).updateUser)},
	"DeleteUser": {admin, (*api).deleteUser},

	"GetApplicationSettings":    {admin, (*api).getSettings},
	"UpdateApplicationSettings": {admin, with((*api).updateSettings)},
	"ResetApplicationSettings":  {admin, (*api).resetSettings},
	"SetShards":                 {admin, with((*api).setShards)},
	"GetMediaProviders":         {admin, (*api).getProviders},
	"UpdateMediaProviders":      {admin, with((*api).updateProviders)},
	"DeleteMediaProviders":      {admin, (*api).deleteProvider},

	"BackupSettings":  {admin, with((*api).backup)},
	"RestoreSettings": {admin, with((*api).restore)},

	"GetBusinessProfile":    {admin, (*api).getBusiness},
	"updateBusinessProfile": {admin, with((*api).updateBusiness)},

	"GetProfileAbout":    {admin, (*api).getAbout},
	"UpdateProfileAbout": {admin, with((*api).updateAbout)},
	"GetProfilePhoto":    {admin, (*api).getPhoto},
	"UpdateProfilePhoto": {admin, (*api).updatePhoto},
	"DeleteProfilePhoto": {admin, (*api).deletePhoto},

	"EnableTwoStep":  {admin, with((*api).enableTwoStep)},
	"DisableTwoStep": {admin, (*api).disableTwoStep},

	"RequestCode":     {admin, with((*api).requestCode)},
	"RegisterAccount": {admin, with((*api).register)},

	"CheckContact": {member, with((*api).checkContacts)},

	"SendMessage":       {member, with((*api).sendMessage)},
	"MarkMessageAsRead": {member, with((*api).markRead)},

	"GetAllGroups":           {member, (*api).listGroups},
	"CreateGroup":            {member, with((*api).createGroup)},
	"GetGroupInfo":           {member, (*api).getGroup},
	"UpdateGroupInfo":        {member, with((*api).updateGroup)},
	"GetGroupInvite":         {member, (*api).getInvite},
	"DeleteGroupInvite":      {member, (*api).revokeInvite},
	"RemoveGroupParticipant": {member, with((*api).removeParticipants)},
	"LeaveGroup":             {member, (*api).leaveGroup},
	"GetGroupIconBinary":     {member, (*api).getIcon},
	"SetGroupIcon":           {member, (*api).setIcon},
	"DeleteGroupIcon":        {member, (*api).deleteIcon},
	"PromoteToGroupAdmin":    {member, with((*api).promote)},
	"DemoteGroupAdmin":       {member, with((*api).demote)},

	"UploadMedia":   {member, (*api).uploadMedia},
	"DownloadMedia": {member, (*api).downloadMedia},
	"DeleteMedia":   {member, (*api).deleteMedia},

	"CheckHealth":    {member, (*api).checkHealth},
	"GetAppStats":    {member, counters("stats", "app", (*api).appStats)},
	"GetDbStats":     {member, counters("stats", "db", (*api).dbStats)},
	"GetMetrics":     {member, counters("metrics", "client", (*api).appStats)},
	"GetSupportInfo": {member, (*api).support},

	"DownloadCaCertificate":        {admin, (*api).getCA},
	"UploadCertificate":            {admin, (*api).setCertificate},
	"DownloadWebhookCaCertificate": {admin, (*api).getWebhookCA},
	"UploadWebhookCaCertificate":   {admin, (*api).setWebhookCA},
	"DeleteWebhookCaCertificate":   {admin, (*api).deleteWebhookCA},
}
