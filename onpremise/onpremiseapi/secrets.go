package onpremiseapi

import (
	"fmt"
	"log/slog"
)

// Types with a password, a token, a PIN or a code redact it when they are printed with any verb or
// logged. JSON contains it, since that is what the server receives; so does a JSON log of a value
// around it.

// mask replaces a secret. It leaves an empty one empty.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return "[redacted]"
}

// show prints the log value of v.
func show(f fmt.State, v slog.LogValuer) {
	_, _ = fmt.Fprintf(f, "%+v", v.LogValue().Any())
}

// Format redacts the password.
func (r LoginRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the password.
func (r LoginRequest) LogValue() slog.Value {
	type plain LoginRequest
	r.NewPassword = mask(r.NewPassword)
	return slog.AnyValue(plain(r))
}

// Format redacts the token.
func (s Session) Format(f fmt.State, _ rune) { show(f, s) }

// LogValue redacts the token.
func (s Session) LogValue() slog.Value {
	type plain Session
	s.Token = mask(s.Token)
	return slog.AnyValue(plain(s))
}

// Format redacts the password.
func (r CreateUserRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the password.
func (r CreateUserRequest) LogValue() slog.Value {
	type plain CreateUserRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format redacts the password.
func (r UpdateUserRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the password.
func (r UpdateUserRequest) LogValue() slog.Value {
	type plain UpdateUserRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format redacts the PIN.
func (r SetShardsRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the PIN.
func (r SetShardsRequest) LogValue() slog.Value {
	type plain SetShardsRequest
	r.PIN = mask(r.PIN)
	return slog.AnyValue(plain(r))
}

// Format redacts the PIN.
func (r EnableTwoStepRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the PIN.
func (r EnableTwoStepRequest) LogValue() slog.Value {
	type plain EnableTwoStepRequest
	r.PIN = mask(r.PIN)
	return slog.AnyValue(plain(r))
}

// Format redacts the PIN.
func (r RequestCodeRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the PIN.
func (r RequestCodeRequest) LogValue() slog.Value {
	type plain RequestCodeRequest
	r.PIN = mask(r.PIN)
	return slog.AnyValue(plain(r))
}

// Format redacts the code.
func (r RegisterAccountRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the code.
func (r RegisterAccountRequest) LogValue() slog.Value {
	type plain RegisterAccountRequest
	r.Code = mask(r.Code)
	return slog.AnyValue(plain(r))
}

// Format redacts the password.
func (r BackupRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the password.
func (r BackupRequest) LogValue() slog.Value {
	type plain BackupRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format redacts the password.
func (r RestoreRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue redacts the password.
func (r RestoreRequest) LogValue() slog.Value {
	type plain RestoreRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format redacts the token.
func (c MediaProviderConfig) Format(f fmt.State, _ rune) { show(f, c) }

// LogValue redacts the token.
func (c MediaProviderConfig) LogValue() slog.Value {
	type plain MediaProviderConfig
	c.Bearer = mask(c.Bearer)
	return slog.AnyValue(plain(c))
}

// Format redacts the password.
func (a BasicAuth) Format(f fmt.State, _ rune) { show(f, a) }

// LogValue redacts the password.
func (a BasicAuth) LogValue() slog.Value {
	type plain BasicAuth
	a.Password = mask(a.Password)
	return slog.AnyValue(plain(a))
}
