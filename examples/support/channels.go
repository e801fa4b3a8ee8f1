package main

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/latetest"
	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

const templateName, templateLanguage = "please_write_again", "en_US"

// sendLate sends an answer through Late.
func sendLate(ctx context.Context, client *late.Client, to string, a answer) error {
	req := late.ReplyRequest{Text: a.text}
	for _, o := range a.buttons {
		req.Buttons = append(req.Buttons, late.ReplyButton{Type: late.ReplyButtonPostback, Title: o.title, Payload: o.id})
	}
	if a.text == "" {
		req.Template = &late.TemplateRef{Name: templateName, Language: templateLanguage}
	}
	_, err := client.Conversations.Reply(ctx, to, req)
	return err
}

func lateWebhook(d *desk, client *late.Client, secret string) http.Handler {
	d.deliver = func(ctx context.Context, to string, a answer) error { return sendLate(ctx, client, to, a) }
	d.download = func(ctx context.Context, url string) (io.ReadCloser, error) { return client.Media.Download(ctx, url) }
	return late.NewWebhook(late.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *late.IncomingMessage) error {
			in := message{to: m.Conversation.ID, name: m.Sender.Name, text: m.Text}
			if in.choice, _ = m.Choice(); in.choice == "" && m.Media() != nil && m.Media().Type == "image" {
				in.picture = m.Media().URL
			}
			return d.handle(ctx, in)
		},
		MessageFailed: func(_ context.Context, s *late.MessageStatus) error { d.say("failed: %v", s.Err()); return nil },
	}, late.WithWebhookSecret(secret))
}

func connectLate(d *desk) (http.Handler, error) {
	client, err := late.NewClient(os.Getenv("LATE_API_KEY"), late.WithAccount(os.Getenv("LATE_ACCOUNT_ID")))
	return lateWebhook(d, client, os.Getenv("WEBHOOK_SECRET")), err
}

func simulateLate(d *desk) *simulation {
	server := latetest.NewServer(latetest.InProcess())
	server.AddTemplate(late.CreateTemplateRequest{
		Name: templateName, Language: templateLanguage, Category: late.TemplateUtility,
		Components: []late.TemplateComponent{late.Body("We have an answer for you. Please write to us.")},
	})
	server.SetWebhookHandler(lateWebhook(d, server.Client(), latetest.WebhookSecret))
	return &simulation{
		write: func(m message) {
			in := late.IncomingMessage{WebhookMessage: late.WebhookMessage{
				Text: m.text, Sender: late.WebhookSender{PhoneNumber: "+12025550101", Name: "Ada"},
			}}
			in.Metadata.InteractiveID = m.choice
			if m.picture != "" {
				in.Attachments = []late.WebhookAttachment{server.AddMedia("image/png", []byte(m.picture))}
			}
			server.Receive(in)
		},
		closeWindow: func() { server.Advance(25 * time.Hour) }, settle: server.WaitDelivered, close: server.Close,
	}
}

// sendOnPremise sends an answer through an installation.
func sendOnPremise(ctx context.Context, client *onpremise.Client, to string, a answer) error {
	var buttons []onpremise.ReplyButton
	for _, o := range a.buttons {
		buttons = append(buttons, onpremise.ReplyButton{ID: o.id, Title: o.title})
	}
	m := onpremise.TextMessage(to, a.text)
	if a.text == "" {
		m = onpremise.TemplateMessage(to, "namespace", templateName, templateLanguage)
	} else if len(buttons) > 0 {
		m = onpremise.ButtonsMessage(to, a.text, buttons...)
	}
	_, err := client.Messages.Send(ctx, m)
	return err
}

func onPremiseWebhook(d *desk, client *onpremise.Client, opts ...onpremise.WebhookOption) http.Handler {
	d.deliver = func(ctx context.Context, to string, a answer) error { return sendOnPremise(ctx, client, to, a) }
	d.download = func(ctx context.Context, id string) (io.ReadCloser, error) { return client.Media.Download(ctx, id) }
	return onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: func(ctx context.Context, m *onpremise.IncomingMessage) error {
			in := message{to: m.From, name: cmp.Or(m.SenderName, m.From), text: m.Text.Body, picture: m.Image.ID}
			in.choice, _ = m.Choice()
			return d.handle(ctx, in)
		},
		MessageFailed: func(_ context.Context, s *onpremise.MessageStatus) error { d.say("failed: %v", s.Err()); return nil },
	}, opts...)
}

func connectOnPremise(d *desk) (http.Handler, error) {
	client, err := onpremise.NewClient(os.Getenv("WA_BASE_URL"),
		onpremise.WithCredentials(os.Getenv("WA_USER"), os.Getenv("WA_PASSWORD")))
	return onPremiseWebhook(d, client, onpremise.WithQuerySecret("key", os.Getenv("WEBHOOK_SECRET"))), err
}

func simulateOnPremise(d *desk) *simulation {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	server.SetWebhookHandler(onPremiseWebhook(d, server.Client()))
	return &simulation{
		write: func(m message) {
			in := onpremise.IncomingMessage{From: "12025550101", Type: onpremise.TypeText, Text: onpremise.WebhookText{Body: m.text}}
			switch {
			case m.choice != "":
				in.Type, in.Interactive.Type, in.Interactive.ButtonReply.ID = onpremise.TypeInteractive, "button_reply", m.choice
			case m.picture != "":
				in.Type, in.Image = onpremise.TypeImage, server.AddMedia("image/png", []byte(m.picture))
			}
			server.Receive(in)
		},
		closeWindow: func() { // by a fault, since the server has no window
			server.Inject(onpremisetest.Respond(400, `{"errors":[{"code":470}]}`).On(onpremise.OpSendMessage).Times(1))
		},
		settle: server.WaitDelivered, close: server.Close,
	}
}
