package onpremise

import (
	"context"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/onpremise/onpremiseapi"
)

// BackupService is encrypted copies of the installation: its registration and its settings.
type BackupService service

// Create returns a copy, encrypted with password. It is text to be kept as it is; the server
// stores nothing.
//
// It is retried.
//
// POST /settings/backup
func (s *BackupService) Create(ctx context.Context, password string) (data string, err error) {
	if err := checkSecret("password", password); err != nil {
		return "", err
	}
	resp, err := s.client.api.BackupSettings(ctx, onpremiseapi.BackupRequest{Password: password})
	r, err := reply.JSON[onpremiseapi.BackupResponse](resp, err)
	if err == nil && r.Settings.Data == "" {
		err = lacking(resp, "data")
	}
	if err != nil {
		return "", redactIn(err, password)
	}
	return r.Settings.Data, nil
}

// Restore brings back a copy. Data and Password are required.
//
// It is never repeated on a doubt, because it replaces the registration.
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
