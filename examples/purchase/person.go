package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late/latetest"
)

// person does what no program can: pay on a checkout page, and read the code that comes.
type person interface {
	pay(checkoutURL string) // told of the page; returns at once
	code(ctx context.Context, numberID string) (string, error)
}

// livePerson sits at the terminal.
type livePerson struct{ in *bufio.Reader }

func newLivePerson(stdin io.Reader) *livePerson { return &livePerson{bufio.NewReader(stdin)} }

func (*livePerson) pay(string) {} // reads the address, and opens it

// code reads a line. A read from a terminal cannot be ended, so ctx leaves it behind.
func (p *livePerson) code(ctx context.Context, _ string) (string, error) {
	type line struct {
		text string
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := p.in.ReadString('\n')
		typed <- line{strings.TrimSpace(text), err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case l := <-typed:
		if errors.Is(l.err, io.EOF) && l.text == "" {
			return "", errors.New("the input ended, and no code was typed")
		} else if l.err != nil && !errors.Is(l.err, io.EOF) {
			return "", fmt.Errorf("read the code: %w", l.err)
		}
		return l.text, nil
	}
}

const (
	demoProfile   = "65f0000000000000000000aa"
	demoLook      = 400 * time.Millisecond
	demoPay       = time.Second
	demoProvision = time.Second
)

// demoPerson is played, and so is the server.
type demoPerson struct {
	server *latetest.Server
	types  io.Writer
	paying *time.Timer
}

func newDemoPerson(types io.Writer) *demoPerson {
	server := latetest.NewServer(latetest.InProcess(), latetest.WithProvisionTime(demoProvision))
	return &demoPerson{server: server, types: types}
}

func (p *demoPerson) pay(checkoutURL string) {
	p.paying = time.AfterFunc(demoPay, func() { p.server.CompleteCheckout(checkoutURL) })
}

func (p *demoPerson) code(_ context.Context, numberID string) (string, error) {
	code := p.server.Code(numberID)
	fmt.Fprintln(p.types, code)
	return code, nil
}

func (p *demoPerson) close() {
	if p.paying != nil {
		p.paying.Stop()
	}
	p.server.Close()
}
