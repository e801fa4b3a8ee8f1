package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
)

// serve answers the installation until ctx ends, and then what is under way.
func serve(ctx context.Context, opts options, secret string, b *bot) error {
	// No call needs a login ahead: this is to fail now, not when the first message comes.
	if _, err := b.client.Users.Login(ctx); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", opts.listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: b.webhook(secret), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: time.Minute,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	b.say("listening", "on http://%s/webhook/ and the secret", listener.Addr())
	if err = b.announce(ctx, opts.url, secret); err == nil {
		select {
		case err = <-ended:
		case <-ctx.Done():
		}
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
	defer cancel()
	return errors.Join(err, server.Shutdown(closing), b.summary())
}

// announce has the installation deliver its events to the bot.
func (b *bot) announce(ctx context.Context, url, secret string) error {
	if url == "" {
		return nil
	}
	webhook := strings.TrimRight(url, "/") + "/webhook/" + secret
	err := b.client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		Webhooks: &onpremise.WebhookSettingsUpdate{URL: new(webhook)},
	})
	if err != nil {
		return fmt.Errorf("the webhook is not set: %w", err)
	}
	return nil
}
