package onpremise_test

import (
	"bytes"
	"context"

	"github.com/wabakit/wabakit-go/onpremise"
)

// alone is the outcome of a wrapper that returns only an error.
func alone(err error) (any, error) { return nil, err }

// wrappers calls each operation once, by its id, through its wrapper. LoginUser needs a client
// that has credentials.
var wrappers = map[string]func(ctx context.Context, c *onpremise.Client) (any, error){
	"LoginUser":  func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Users.Login(ctx) },
	"LogoutUser": func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.Users.Logout(ctx)) },
	"CreateUser": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Users.Create(ctx, onpremise.CreateUserRequest{Username: "ada", Password: "one"})
	},
	"GetUser": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Users.Get(ctx, "ada") },
	"UpdateUser": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Users.Update(ctx, "ada", onpremise.UpdateUserRequest{Password: "two"})
	},
	"DeleteUser": func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.Users.Delete(ctx, "ada")) },

	"GetApplicationSettings": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Application.Settings(ctx) },
	"UpdateApplicationSettings": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{PassThrough: new(false)}))
	},
	"ResetApplicationSettings": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.ResetSettings(ctx))
	},
	"SetShards": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.SetShards(ctx, onpremise.SetShardsRequest{CountryCode: "1", PhoneNumber: "6505551111", PIN: "123456", Shards: 2}))
	},
	"GetMediaProviders": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Application.MediaProviders(ctx) },
	"UpdateMediaProviders": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.UpdateMediaProviders(ctx, []onpremise.MediaProvider{{Name: "cdn", Type: "www", Auth: onpremise.BearerAuth{Token: "t0k"}}}))
	},
	"DeleteMediaProviders": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Application.DeleteMediaProvider(ctx, "cdn"))
	},

	"BackupSettings": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Backup.Create(ctx, "pw") },
	"RestoreSettings": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Backup.Restore(ctx, onpremise.RestoreRequest{Data: "ZGF0YQ==", Password: "pw"}))
	},

	"GetBusinessProfile": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.BusinessProfile.Get(ctx) },
	"updateBusinessProfile": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.BusinessProfile.Update(ctx, onpremise.BusinessProfile{Address: "1 Road", Description: "Engines", Email: "a@example.com", Vertical: "Retail"}))
	},
	"GetProfileAbout": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Profile.About(ctx) },
	"UpdateProfileAbout": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Profile.UpdateAbout(ctx, "open"))
	},
	"GetProfilePhoto": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Profile.Photo(ctx) },
	"UpdateProfilePhoto": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Profile.UpdatePhoto(ctx, onpremise.Picture{Data: png}))
	},
	"DeleteProfilePhoto": func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.Profile.DeletePhoto(ctx)) },

	"EnableTwoStep": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.TwoStep.Enable(ctx, "123456"))
	},
	"DisableTwoStep": func(ctx context.Context, c *onpremise.Client) (any, error) { return alone(c.TwoStep.Disable(ctx)) },
	"RequestCode": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Registration.RequestCode(ctx, onpremise.RequestCodeRequest{CountryCode: "1", PhoneNumber: "6505551111", Method: onpremise.CodeSMS, Certificate: "Y2VydA=="})
	},
	"RegisterAccount": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Registration.Register(ctx, "123456"))
	},

	"CheckContact": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Contacts.Check(ctx, []string{"+16315551234"}, onpremise.CheckBlocking)
	},
	"SendMessage": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Messages.Send(ctx, onpremise.TextMessage(testTo, "hi"))
	},
	"MarkMessageAsRead": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Messages.MarkRead(ctx, "gBGH"))
	},

	"GetAllGroups": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.List(ctx) },
	"CreateGroup":  func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Create(ctx, "friends") },
	"GetGroupInfo": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Get(ctx, testGroup) },
	"UpdateGroupInfo": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.Update(ctx, testGroup, "friends"))
	},
	"GetGroupInvite": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Invite(ctx, testGroup) },
	"DeleteGroupInvite": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.RevokeInvite(ctx, testGroup))
	},
	"RemoveGroupParticipant": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.RemoveParticipants(ctx, testGroup, []string{testTo}))
	},
	"LeaveGroup": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.Leave(ctx, testGroup))
	},
	"GetGroupIconBinary": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Groups.Icon(ctx, testGroup) },
	"SetGroupIcon": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.SetIcon(ctx, testGroup, onpremise.Picture{Data: png, ContentType: "image/png"}))
	},
	"DeleteGroupIcon": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.DeleteIcon(ctx, testGroup))
	},
	"PromoteToGroupAdmin": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.AddAdmins(ctx, testGroup, []string{testTo}))
	},
	"DemoteGroupAdmin": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Groups.RemoveAdmins(ctx, testGroup, []string{testTo}))
	},

	"UploadMedia": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return c.Media.Upload(ctx, "image/png", bytes.NewReader(png))
	},
	// The stream is the caller's to close.
	"DownloadMedia": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Media.Download(ctx, "media-1") },
	"DeleteMedia": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Media.Delete(ctx, "media-1"))
	},

	"CheckHealth":    func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Check(ctx) },
	"GetAppStats":    func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.AppStats(ctx) },
	"GetDbStats":     func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.DBStats(ctx) },
	"GetMetrics":     func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Metrics(ctx) },
	"GetSupportInfo": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Health.Support(ctx) },

	"DownloadCaCertificate": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Certificates.ExternalCA(ctx) },
	"UploadCertificate": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.UploadExternal(ctx, []byte(testPEM)))
	},
	"DownloadWebhookCaCertificate": func(ctx context.Context, c *onpremise.Client) (any, error) { return c.Certificates.WebhookCA(ctx) },
	"UploadWebhookCaCertificate": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.UploadWebhookCA(ctx, []byte(testPEM)))
	},
	"DeleteWebhookCaCertificate": func(ctx context.Context, c *onpremise.Client) (any, error) {
		return alone(c.Certificates.DeleteWebhookCA(ctx))
	},
}
