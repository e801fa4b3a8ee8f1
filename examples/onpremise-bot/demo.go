package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"time"

	"github.com/wabakit/wabakit-go/onpremise"
	"github.com/wabakit/wabakit-go/onpremise/onpremisetest"
)

const (
	demoSecret  = "a-secret-of-nobody"
	demoBackoff = 300 * time.Millisecond // before an event comes again
	demoStatus  = 10                     // seconds after which an answer has been read
)

// demo plays people who write to a server in memory, one after another.
func demo(ctx context.Context, out io.Writer) error {
	server := onpremisetest.NewServer(onpremisetest.InProcess())
	defer server.Close()
	b := newBot(server.Client(), out)
	server.SetWebhookHandler(b.webhook(demoSecret))
	if err := b.announce(ctx, "https://bot.example.internal", demoSecret); err != nil {
		return err
	}
	err := b.client.Application.UpdateSettings(ctx, onpremise.ApplicationSettingsUpdate{
		CallbackBackoffDelay: new(onpremise.Milliseconds(demoBackoff.Milliseconds())),
	})
	if err != nil {
		return err
	}

	var written []onpremise.IncomingMessage
	for _, scene := range scenes(server) {
		b.say("—", "%s", scene.what)
		if scene.before != nil {
			scene.before()
		}
		scene.message.ID = server.Receive(scene.message)
		if err := server.WaitDelivered(ctx); err != nil {
			return err
		}
		written = append(written, scene.message)
	}
	b.say("—", "what Ada wrote comes again, as an event does whose 200 was lost")
	server.ReceiveJSON(string(server.Deliveries()[0].Body))
	for range demoStatus {
		if err := server.WaitDelivered(ctx); err != nil {
			return err
		}
		server.Advance(time.Second)
	}
	return errors.Join(server.WaitDelivered(ctx), b.summary(), check(server, written))
}

// scene is a message, and what happens at the time.
type scene struct {
	what    string
	before  func()
	message onpremise.IncomingMessage
}

func scenes(server *onpremisetest.Server) []scene {
	first, second := server.AddMedia("image/png", picture(1)), server.AddMedia("image/png", picture(2))
	first.Caption = "Look at this"
	return []scene{
		{what: "Ada writes", message: onpremise.IncomingMessage{
			From: "12025550101", Text: onpremise.WebhookText{Body: "Hello, is anybody there?"},
		}},
		{what: "Björn sends a picture, and the token ends before its time", before: server.ExpireTokens,
			message: onpremise.IncomingMessage{From: "12025550102", Image: first}},
		{what: "Chloé sends something that did not exist when the bot was written",
			message: onpremise.IncomingMessage{From: "12025550103", Type: "sticker"}},
		{what: "Dmitri sends a picture, and the server cannot take its copy at first",
			before:  func() { server.Inject(onpremisetest.Status(507, "Disk full").On("UploadMedia").Times(1)) },
			message: onpremise.IncomingMessage{From: "12025550104", Image: second}},
	}
}

// check compares what the server has seen with what was written: each message has one answer,
// of its kind, and is read.
func check(server *onpremisetest.Server, written []onpremise.IncomingMessage) error {
	var wrong []error
	for _, m := range written {
		answers, pictures := 0, 0
		for _, sent := range server.Messages() {
			if sent.To == m.From {
				answers++
			}
			if sent.To == m.From && sent.Image != nil {
				pictures++
			}
		}
		if want := m.Image.ID != ""; answers != 1 || (pictures == 1) != want || !server.IsRead(m.ID) {
			wrong = append(wrong, fmt.Errorf("%s got %d answers, %d of them pictures; read: %t", m.From, answers, pictures, server.IsRead(m.ID)))
		}
	}
	return errors.Join(wrong...)
}

// picture draws something.
func picture(shade uint8) []byte {
	canvas := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range canvas.Pix {
		canvas.Set(i%64, i/64, color.Gray{Y: uint8(i) * shade})
	}
	var b bytes.Buffer
	png.Encode(&b, canvas) // into memory: cannot fail
	return b.Bytes()
}
