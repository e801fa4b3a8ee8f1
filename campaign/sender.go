package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
	"github.com/wabakit/wabakit-go/onpremise"
)

// Errors that a [Sender] returns, wrapped or not, to report the outcome of an item.
var (
	// ErrRefused reports that the item was refused and not sent.
	ErrRefused = errors.New("refused")
	// ErrNotProcessed reports that the item was not processed and can be sent again later.
	ErrNotProcessed = errors.New("not processed")
	// ErrStop reports that the item was not processed, and that no other item would be. It ends the run.
	ErrStop = errors.New("cannot send")
)

// Sender sends items. [LateMessages], [LateConversations] and [OnPremiseMessages] return senders for
// the APIs of this module; a custom function can send in any other way.
type Sender struct {
	// Max is the maximum number of items of a call. Values below 1 mean 1.
	Max int
	// Send sends the items, at most Max, and returns their results. The error applies to the items
	// without a result. Errors mean the following:
	//
	//   - One that matches ErrNotProcessed, late.ErrRateLimited or late.ErrNotSent, or status 503 if
	//     the server did not process the request: the items become pending again.
	//   - Status 400, 413 or 422, or a ValidationError: each half of the items is sent in a call of its
	//     own, until the invalid item is alone. It is refused.
	//   - One that matches ErrRefused, an ItemError, or an error of an on-premise server about the
	//     recipient: the item is refused.
	//   - One that matches ErrStop, or any other refusal by the server, such as 401, 402, 403, or a
	//     template that is not approved, paused or missing: the run ends, and the items become pending
	//     again.
	//   - Everything else, no result without an error, and several results for one item: the items are
	//     unknown.
	//
	// The errors of package late match those of package onpremise. Send is called concurrently. Its
	// context ends when the grace period of the run is over, or the lease of the items has expired. If
	// Send panics, the run ends, and the items are unknown.
	Send func(ctx context.Context, plan Plan, items []Item) ([]Result, error)
}

// Result is the result of an item. The item was sent if Err is nil.
type Result struct {
	Key       string // of the item
	MessageID string
	Err       error
}

// LateMessages returns a sender that sends the plan's template by [late.MessagesService.SendBulk],
// 100 items per call. The variables of an item are the values of the template's placeholders.
func LateMessages(client *late.Client) Sender {
	return Sender{Max: 100, Send: func(ctx context.Context, plan Plan, items []Item) ([]Result, error) {
		client := client
		if plan.Account != "" {
			client = client.ForAccount(plan.Account)
		}
		recipients := make([]late.BulkRecipient, len(items))
		for i, item := range items {
			recipients[i] = late.BulkRecipient{Phone: item.Phone, Variables: item.Variables}
		}
		var results []Result
		var failed error // the call, for the items without a result
		_, err := client.Messages.SendMany(ctx, plan.Template, late.FromSlice(recipients), late.WithOutcome(func(o late.ItemOutcome) {
			if _, isCall := errors.AsType[*late.Error](o.Err); isCall {
				failed = o.Err
				return
			}
			if o.State == late.ItemNotSent {
				o.Err = fmt.Errorf("%w: %w", ErrNotProcessed, o.Err)
			}
			results = append(results, Result{Key: items[o.Index].Key, MessageID: o.ID, Err: o.Err})
		}))
		if failed == nil && len(results) == 0 && err != nil {
			failed = stop(err) // the account or the template is invalid
		}
		return results, failed
	}}
}

// LateConversations returns a sender that sends the plan's template to one item per call, by
// [late.ConversationsService.Start]. The variables of an item, which are numbered from 1, are the
// values of all placeholders: of the header, the body and the URL buttons, in this order.
//
// The only component that the template of the plan can have is a header with an image, a video or a
// document. With any other, the run ends.
func LateConversations(client *late.Client) Sender {
	return Sender{Send: func(ctx context.Context, plan Plan, items []Item) ([]Result, error) {
		client, item := client, items[0]
		if plan.Account != "" {
			client = client.ForAccount(plan.Account)
		}
		if err := checkTemplate(plan); err != nil {
			return nil, err
		}
		media, err := headerMedia(plan.Template)
		if err != nil {
			return nil, err
		}
		values, err := valuesOf(item)
		if err != nil {
			return nil, err
		}
		started, err := client.Conversations.Start(ctx, late.StartConversationRequest{
			ParticipantID: item.Phone, TemplateName: plan.Template.Name, TemplateLanguage: plan.Template.Language,
			TemplateParams: values, HeaderMedia: media,
		})
		if err != nil {
			return nil, err
		}
		return []Result{{Key: item.Key, MessageID: started.MessageID}}, nil
	}}
}

// headerMedia returns the file of a template's header, the only component that a conversation takes.
func headerMedia(template late.TemplateRef) (media late.ConversationHeaderMedia, err error) {
	if len(template.Components) == 0 && len(template.AdditionalProperties) == 0 {
		return media, nil
	}
	var ref struct {
		Name, Language string
		Components     []struct {
			Type       string
			Parameters []struct {
				Type                   lateapi.ConversationHeaderMediaType
				Image, Video, Document late.ConversationHeaderMedia
			}
		}
	}
	data, err := json.Marshal(template)
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&ref)
	}
	if err == nil && len(ref.Components) == 1 && len(ref.Components[0].Parameters) == 1 && strings.EqualFold(ref.Components[0].Type, "header") {
		p := ref.Components[0].Parameters[0]
		switch p.Type {
		case lateapi.ConversationHeaderMediaTypeImage:
			media = p.Image
		case lateapi.ConversationHeaderMediaTypeVideo:
			media = p.Video
		case lateapi.ConversationHeaderMediaTypeDocument:
			media = p.Document
		}
		media.Type = p.Type
	}
	if media.ID == "" && media.Link == "" {
		return media, stop(errors.New("a conversation takes no components but a header with an image, a video or a document"))
	}
	return media, nil
}

// OnPremiseMessages returns a sender that sends the message of build to one item per call, by
// [onpremise.MessagesService.Send]. If build is nil, it is the plan's template, whose body gets the
// variables of the item, which are numbered from 1; components of the plan need a build function.
func OnPremiseMessages(client *onpremise.Client, build func(Plan, Item) onpremise.Message) Sender {
	return Sender{Send: func(ctx context.Context, plan Plan, items []Item) ([]Result, error) {
		item := items[0]
		message, err := templateMessage(plan, item, build)
		if err != nil {
			return nil, err
		}
		id, err := client.Messages.Send(ctx, message)
		if err != nil {
			return nil, err
		}
		return []Result{{Key: item.Key, MessageID: id}}, nil
	}}
}

func templateMessage(plan Plan, item Item, build func(Plan, Item) onpremise.Message) (message onpremise.Message, err error) {
	if build != nil {
		return build(plan, item), nil
	}
	if err := checkTemplate(plan); err != nil {
		return message, err
	}
	if plan.Namespace == "" || len(plan.Template.Components) > 0 {
		return message, stop(errors.New("the plan has no namespace, or has components, for which a build function is needed"))
	}
	values, err := valuesOf(item)
	if err != nil {
		return message, err
	}
	var components []onpremise.TemplateComponent
	if len(values) > 0 {
		body := onpremise.BodyComponent()
		for _, value := range values {
			body.Parameters = append(body.Parameters, onpremise.TextParam(value))
		}
		components = append(components, body)
	}
	return onpremise.TemplateMessage(item.Phone, plan.Namespace, plan.Template.Name, plan.Template.Language, components...), nil
}

// stop returns an error that ends the run, since it concerns all items.
func stop(err error) error { return fmt.Errorf("%w: %w", ErrStop, err) }

func checkTemplate(plan Plan) error {
	if plan.Template.Name == "" || plan.Template.Language == "" {
		return stop(errors.New("the template of the plan has no name or no language"))
	}
	return nil
}

// valuesOf returns the values of an item's variables in numeric order.
func valuesOf(item Item) ([]string, error) {
	values := make([]string, len(item.Variables))
	for i := range values {
		value, ok := item.Variables[strconv.Itoa(i+1)]
		if !ok {
			return nil, fmt.Errorf("%w: the variables are not numbered from 1 to %d", ErrRefused, len(values))
		}
		values[i] = value
	}
	return values, nil
}
