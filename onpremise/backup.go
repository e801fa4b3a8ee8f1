package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// BackupService creates and restores encrypted backups of the registration and the settings.
type BackupService service

// Create returns a backup encrypted with password. The server does not keep it.
//
// Retried on any transient failure.
//
// POST /settings/backup
func (s *BackupService) Create(ctx context.Context, password string) (data string, err error) {
	if err := checkSecret("password", password); err != nil {
		return "", err
	}
	data, err = backup(s.client.api.BackupSettings(ctx, onpremiseapi.BackupRequest{Password: password}))
	return data, redactIn(err, password)
}

var backup = reply.Part("data", func(r *onpremiseapi.BackupResponse) (string, bool) {
	return r.Settings.Data, r.Settings.Data != ""
})

// Restore replaces the registration and the settings with those of a backup. Data and Password
// are required.
//
// Retried only if the request was not processed.
//
// POST /settings/restore
func (s *BackupService) Restore(ctx context.Context, req RestoreRequest) error {
	if err := checkRequired("data", req.Data); err != nil {
		return err
	}
	if err := checkSecret("password", req.Password); err != nil {
		return err
	}
	return redactIn(reply.None(s.client.api.RestoreSettings(ctx, req)), req.Password)
}
