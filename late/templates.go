package late

import (
	"context"
	"fmt"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// TemplatesService manages the message templates of a WhatsApp Business account. WhatsApp
// requires an approved template for messages outside the 24-hour customer service window.
type TemplatesService service

// List returns all templates.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/templates
func (s *TemplatesService) List(ctx context.Context) ([]Template, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	return templates(s.client.api.GetWhatsAppTemplates(ctx, &lateapi.GetWhatsAppTemplatesParams{AccountID: account}))
}

// Get returns a template. It returns [ErrNotFound] if no template has this name.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Get(ctx context.Context, name string) (*Template, error) {
	account, err := s.check(OpGetWhatsAppTemplate, name)
	if err != nil {
		return nil, err
	}
	return template(s.client.api.GetWhatsAppTemplate(ctx, name, &lateapi.GetWhatsAppTemplateParams{AccountID: account}))
}

// Create submits a template for review. The name must start with a lowercase letter and contain
// only lowercase letters, digits and underscores. [TemplatesService.Wait] waits for the review.
//
// Retried only if the request was not processed. After [ErrOutcomeUnknown], call Get to see
// whether it happened.
//
// POST /v1/whatsapp/templates
func (s *TemplatesService) Create(ctx context.Context, req CreateTemplateRequest) (*Template, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if !consistsOf(req.Name, lowercaseLetters+digits+"_") || !strings.Contains(lowercaseLetters, req.Name[:1]) {
		return nil, invalid("name", fmt.Sprintf(
			"%q must start with a lowercase letter and contain only lowercase letters, digits and underscores", req.Name))
	}
	if err := checkRequired("category", string(req.Category)); err != nil {
		return nil, err
	}
	if err := checkRequired("language", req.Language); err != nil {
		return nil, err
	}
	if err := checkComponents(req.Category, req.Components); err != nil {
		return nil, err
	}
	return template(s.client.api.CreateWhatsAppTemplate(ctx, req))
}

// Update replaces the components of a template, which is reviewed again.
//
// Retried on any transient failure.
//
// PATCH /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Update(ctx context.Context, name string, components []TemplateComponent) (*Template, error) {
	account, err := s.check(OpUpdateWhatsAppTemplate, name)
	if err != nil {
		return nil, err
	}
	if err := checkComponents("", components); err != nil {
		return nil, err
	}
	return template(s.client.api.UpdateWhatsAppTemplate(ctx, name,
		lateapi.UpdateTemplateRequest{AccountID: account, Components: components}))
}

// Delete deletes a template in all of its languages.
//
// Retried on any transient failure.
//
// DELETE /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Delete(ctx context.Context, name string) error {
	account, err := s.check(OpDeleteWhatsAppTemplate, name)
	if err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWhatsAppTemplate(ctx, name,
		&lateapi.DeleteWhatsAppTemplateParams{AccountID: account}))
}

// Wait polls a template until its status is no longer [TemplatePending], and returns it. If ctx is
// done or polling keeps failing, Wait returns a [*WaitError] along with the last state seen. A
// rejected template is not an error; check its Status.
//
// Retried on any transient failure.
//
// GET /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Wait(ctx context.Context, name string, opts ...WaitOption) (*Template, error) {
	return wait(ctx, "template "+name, opts,
		func(ctx context.Context) (*Template, error) { return s.Get(ctx, name) },
		func(t *Template) bool { return t.Status != TemplatePending },
		func(t *Template) string { return string(t.Status) })
}

func (s *TemplatesService) check(operation, name string) (account string, err error) {
	if err := checkPathID(operation, name); err != nil {
		return "", err
	}
	return s.client.accountFor("")
}

var (
	templates = reply.Part("templates", func(r *lateapi.TemplateList) ([]Template, bool) { return r.Templates, r.Templates != nil })
	template  = reply.Part("template", func(r *lateapi.TemplateResponse) (*Template, bool) {
		return &r.Template, r.Template.Status != ""
	})
)
