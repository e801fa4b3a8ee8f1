package onpremiseapi

import (
	"fmt"
	"log/slog"
)

// What holds a password, a token, a PIN or a code prints without it, whatever the
// verb, by itself as well as inside another value, and logs without it. JSON, which
// is what the server gets, holds it: so does a JSON log of a value around it.

// mask stands for a secret; one that is not set is shown as such.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	return "[redacted]"
}

// show prints what a value logs as.
func show(f fmt.State, v slog.LogValuer) {
	_, _ = fmt.Fprintf(f, "%+v", v.LogValue().Any())
}

// Format prints the value without its password.
func (r LoginRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its password.
func (r LoginRequest) LogValue() slog.Value {
	type plain LoginRequest
	r.NewPassword = mask(r.NewPassword)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its token.
func (s Session) Format(f fmt.State, _ rune) { show(f, s) }

// LogValue returns the value without its token.
func (s Session) LogValue() slog.Value {
	type plain Session
	s.Token = mask(s.Token)
	return slog.AnyValue(plain(s))
}

// Format prints the value without its password.
func (r CreateUserRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its password.
func (r CreateUserRequest) LogValue() slog.Value {
	type plain CreateUserRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its password.
func (r UpdateUserRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its password.
func (r UpdateUserRequest) LogValue() slog.Value {
	type plain UpdateUserRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its PIN.
func (r SetShardsRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its PIN.
func (r SetShardsRequest) LogValue() slog.Value {
	type plain SetShardsRequest
	r.PIN = mask(r.PIN)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its PIN.
func (r EnableTwoStepRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its PIN.
func (r EnableTwoStepRequest) LogValue() slog.Value {
	type plain EnableTwoStepRequest
	r.PIN = mask(r.PIN)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its PIN.
func (r RequestCodeRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its PIN.
func (r RequestCodeRequest) LogValue() slog.Value {
	type plain RequestCodeRequest
	r.PIN = mask(r.PIN)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its code.
func (r RegisterAccountRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its code.
func (r RegisterAccountRequest) LogValue() slog.Value {
	type plain RegisterAccountRequest
	r.Code = mask(r.Code)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its password.
func (r BackupRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its password.
func (r BackupRequest) LogValue() slog.Value {
	type plain BackupRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its password.
func (r RestoreRequest) Format(f fmt.State, _ rune) { show(f, r) }

// LogValue returns the value without its password.
func (r RestoreRequest) LogValue() slog.Value {
	type plain RestoreRequest
	r.Password = mask(r.Password)
	return slog.AnyValue(plain(r))
}

// Format prints the value without its token.
func (c MediaProviderConfig) Format(f fmt.State, _ rune) { show(f, c) }

// LogValue returns the value without its token.
func (c MediaProviderConfig) LogValue() slog.Value {
	type plain MediaProviderConfig
	c.Bearer = mask(c.Bearer)
	return slog.AnyValue(plain(c))
}

// Format prints the value without its password.
func (a BasicAuth) Format(f fmt.State, _ rune) { show(f, a) }

// LogValue returns the value without its password.
func (a BasicAuth) LogValue() slog.Value {
	type plain BasicAuth
	a.Password = mask(a.Password)
	return slog.AnyValue(plain(a))
}
