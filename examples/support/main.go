// Support is a small support desk. It answers customers from a menu, hands them over to a person,
// stores their pictures, and falls back to a template when the 24-hour window has closed.
//
//	go run ./examples/support                  # a scripted customer of an in-process Late server
//	go run ./examples/support -api onpremise   # the same with an in-process installation
//	go run ./examples/support -chat            # you are the customer
//
// With -live it serves the webhook of a real account until Ctrl-C. It needs LATE_API_KEY and
// LATE_ACCOUNT_ID, or WA_BASE_URL, WA_USER and WA_PASSWORD, and WEBHOOK_SECRET: that of the webhook's
// settings, or the query parameter key of the webhook's URL.
//
// Nobody gets an answer twice: only a message whose answer was certainly not sent is handled again.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"time"
)

func main() {
	api := flag.String("api", "late", "late or onpremise")
	live := flag.Bool("live", false, "use a real account")
	listen := flag.String("listen", "127.0.0.1:8080", "with -live: the `address` to listen on")
	chat := flag.Bool("chat", false, "type the messages of the customer")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *api, *live, *listen, *chat); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, api string, live bool, listen string, chat bool) error {
	connect, simulate := connectLate, simulateLate
	if api != "late" {
		connect, simulate = connectOnPremise, simulateOnPremise
	}
	d := &desk{out: out}
	if live {
		handler, err := connect(d)
		if err != nil {
			return err
		}
		return serve(ctx, listen, handler)
	}
	s := simulate(d)
	defer s.close()
	if chat {
		return s.chat(ctx, os.Stdin, out)
	}
	return s.script(ctx, d)
}

// serve serves the webhook until ctx is done. Messages in progress get their answer.
func serve(ctx context.Context, listen string, handler http.Handler) error {
	server := &http.Server{Addr: listen, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	context.AfterFunc(ctx, func() { stopped <- server.Shutdown(context.WithoutCancel(ctx)) })
	if err := server.ListenAndServe(); ctx.Err() == nil {
		return err
	}
	return <-stopped
}

// simulation is a customer of an in-process server. The picture of a message to write is its content.
type simulation struct {
	write              func(message)
	closeWindow, close func()
	settle             func(context.Context) error
}

// script plays a customer who needs everything that the desk can do.
func (s *simulation) script(ctx context.Context, d *desk) error {
	picture := "\x89PNG\r\n\x1a\n of a broken cup"
	for _, m := range []message{{text: "Hello!"}, {choice: "hours"}, {picture: picture}, {choice: "person"}, {text: "It broke."}} {
		s.write(m)
		if err := s.settle(ctx); err != nil {
			return err
		}
	}
	s.closeWindow()
	return d.asPerson(ctx, "Sorry! We will send you a new one.") // too late for anything but a template
}

// chat reads messages, or numbers of buttons.
func (s *simulation) chat(ctx context.Context, in io.Reader, out io.Writer) error {
	fmt.Fprintln(out, "Type a message, or the number of a button. End with Ctrl-D.")
	for lines := bufio.NewScanner(in); lines.Scan(); {
		m := message{text: lines.Text()}
		if n, err := strconv.Atoi(m.text); err == nil && n >= 1 && n <= len(menu) {
			m = message{choice: menu[n-1].id}
		}
		s.write(m)
		if err := s.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}
