// Onpremise-bot replies to the people who write to an installation of the on-premise API: to text with
// text, to an image with the same image, to a chosen button with its title. It marks each message as
// read.
//
//	go run ./examples/onpremise-bot
//
// simulates a few people who write to an in-process server. On the way a token expires early, a
// delivery is repeated, and an upload fails. With an installation of your own,
//
//	export WA_BASE_URL=https://wa.example.internal/v1 WA_USER=admin WA_PASSWORD=… WA_WEBHOOK_SECRET=…
//	go run ./examples/onpremise-bot -live -listen :8080
//
// replies to real people until Ctrl-C. Set the webhook URL of the installation to
// https://your-proxy.example.com/webhook?key=SECRET, and let the proxy forward it to this program.
//
// Nobody gets a reply twice: a message whose function returned nil, or whose reply may have been sent,
// is not handled again. One that failed is delivered again. Handled messages are remembered in memory;
// pass a shared store with onpremise.WithWebhookStore to remember them across restarts.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

func main() {
	live := flag.Bool("live", false, "use the installation of WA_BASE_URL, WA_USER and WA_PASSWORD")
	listen := flag.String("listen", "127.0.0.1:8080", "with -live: the `address` to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var err error
	if *live {
		err = runLive(ctx, *listen)
	} else {
		err = runDemo(ctx, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "onpremise-bot:", err)
		os.Exit(1)
	}
}

func runLive(ctx context.Context, listen string) error {
	secret := os.Getenv("WA_WEBHOOK_SECRET")
	if len(secret) < 16 {
		return errors.New("WA_WEBHOOK_SECRET must have at least 16 characters")
	}
	client, err := onpremise.NewClient(os.Getenv("WA_BASE_URL"),
		onpremise.WithCredentials(os.Getenv("WA_USER"), os.Getenv("WA_PASSWORD")))
	if err != nil {
		return err
	}
	b := &bot{client: client, out: os.Stdout}
	server := &http.Server{Addr: listen, Handler: b.webhook(secret), ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if err := server.Shutdown(closing); err != nil { // messages in progress get their reply
			fmt.Fprintln(os.Stderr, "onpremise-bot:", err)
		}
	})
	defer stopped()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bot replies to messages. Its methods are called concurrently.
type bot struct {
	client *onpremise.Client
	out    io.Writer
}

func (b *bot) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }

// webhook returns the handler that the installation calls.
func (b *bot) webhook(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhook", onpremise.NewWebhook(onpremise.WebhookHandlers{
		MessageReceived: b.reply,
		MessageFailed: func(_ context.Context, s *onpremise.MessageStatus) error {
			b.say("the reply to %s failed: %v", s.RecipientID, s.Err())
			return nil
		},
	}, onpremise.WithQuerySecret("key", secret)))
	return mux
}

// reply sends a reply and marks the message as read. If it returns an error, the message is delivered
// again, unless the error matches ErrOutcomeUnknown.
func (b *bot) reply(ctx context.Context, m *onpremise.IncomingMessage) error {
	reply, err := b.compose(ctx, m)
	if err != nil {
		// Not wrapped: composing again is harmless, even if the outcome of the upload is unknown.
		return fmt.Errorf("compose a reply to %s: %s", m.From, err.Error())
	}
	if m.GroupID != "" {
		reply = onpremise.ToGroup(reply)
	}
	_, err = b.client.Messages.Send(ctx, reply)
	if errors.Is(err, onpremise.ErrInvalidRequest) { // it would fail again
		b.say("no reply to %s: %v", m.From, err)
		return nil
	}
	if err != nil {
		return err
	}
	b.say("replied to %s with %s", m.From, reply.Type)
	if err := b.client.Messages.MarkRead(ctx, m.ID); err != nil { // not worth a second reply
		b.say("message of %s stays unread: %v", m.From, err)
	}
	return nil
}

func (b *bot) compose(ctx context.Context, m *onpremise.IncomingMessage) (reply onpremise.Message, err error) {
	to := cmp.Or(m.GroupID, m.From)
	if _, title := m.Choice(); title != "" {
		return onpremise.TextMessage(to, "You chose: "+title), nil
	}
	switch m.Type {
	case onpremise.TypeText:
		return onpremise.TextMessage(to, "You wrote: "+truncate(m.Text.Body, 200)), nil
	case onpremise.TypeImage:
		content, err := b.client.Media.Download(ctx, m.Image.ID)
		if err != nil {
			return reply, err
		}
		defer content.Close()
		id, err := b.client.Media.Upload(ctx, cmp.Or(content.ContentType, m.Image.MIMEType), content) // streamed
		if err != nil {
			return reply, err
		}
		return onpremise.ImageMessage(to, onpremise.MediaID(id), "Your image"), nil
	}
	return onpremise.TextMessage(to, "I understand text, images and buttons."), nil
}

func truncate(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return text
}

func runDemo(ctx context.Context, out io.Writer) error {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	b := &bot{client: server.Client(), out: out}
	server.SetWebhookHandler(b.webhook("demo-secret-0123"))
	err := b.client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		CallbackBackoffDelay: new(onpremise.Milliseconds(200)),
		Webhooks:             &onpremise.WebhookSettingsUpdate{URL: new("https://bot.example.com/webhook?key=demo-secret-0123")},
	})
	if err != nil {
		return err
	}
	photo := server.AddMedia("image/png", []byte("\x89PNG\r\n\x1a\n"))
	for _, step := range []struct {
		what    string
		prepare func()
		message onpremise.IncomingMessage
	}{
		{what: "Ada writes", message: onpremise.IncomingMessage{From: "12025550101", Text: onpremise.WebhookText{Body: "Hello!"}}},
		{what: "Björn sends an image after the token has expired early", prepare: server.ExpireTokens,
			message: onpremise.IncomingMessage{From: "12025550102", Image: photo}},
		{what: "Chloé sends an image, and the upload of the copy fails once",
			prepare: func() {
				server.Inject(onpremisetest.Status(507, "disk full").On(onpremise.OpUploadMedia).Times(1))
			},
			message: onpremise.IncomingMessage{From: "12025550103", Image: photo}},
		{what: "Dmitri sends a type that the bot does not know", message: onpremise.IncomingMessage{From: "12025550104", Type: "order"}},
	} {
		b.say("%s", step.what)
		if step.prepare != nil {
			step.prepare()
		}
		server.Receive(step.message)
		if err := server.WaitDelivered(ctx); err != nil {
			return err
		}
	}
	b.say("Ada's message is delivered again, and gets no second reply")
	server.ReceiveJSON(string(server.Deliveries()[0].Body))
	if err := server.WaitDelivered(ctx); err != nil {
		return err
	}
	if n := len(server.Messages()); n != 4 {
		return fmt.Errorf("%d replies to 4 messages", n)
	}
	return nil
}
