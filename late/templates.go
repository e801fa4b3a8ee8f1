package late

import (
	"context"
	"fmt"
	"strings"

	"github.com/wabakit/wabakit-go/internal/reply"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// TemplatesService is the message templates of the WhatsApp Business account. Only what an
// approved template says can be sent to somebody who has not just written.
type TemplatesService service

// List returns all templates.
//
// It is retried.
//
// GET /v1/whatsapp/templates
func (s *TemplatesService) List(ctx context.Context) ([]Template, error) {
	account, err := s.client.accountFor("")
	if err != nil {
		return nil, err
	}
	r, err := reply.JSON[lateapi.TemplateList](s.client.api.GetWhatsAppTemplates(ctx,
		&lateapi.GetWhatsAppTemplatesParams{AccountID: account}))
	if err != nil {
		return nil, err
	}
	return r.Templates, nil
}

// Get returns one template, or [ErrNotFound].
//
// It is retried.
//
// GET /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Get(ctx context.Context, name string) (*Template, error) {
	account, err := s.check(name)
	if err != nil {
		return nil, err
	}
	return template(reply.JSON[lateapi.TemplateResponse](s.client.api.GetWhatsAppTemplate(ctx, name,
		&lateapi.GetWhatsAppTemplateParams{AccountID: account})))
}

const smallLetters = "abcdefghijklmnopqrstuvwxyz"

// Create hands a template in for review, which [TemplatesService.Wait] waits for. Its name
// is a small letter, then small letters, digits and underscores.
//
// It is never repeated on a doubt, because the repeat would be refused for the name that the
// first took.
//
// POST /v1/whatsapp/templates
func (s *TemplatesService) Create(ctx context.Context, req CreateTemplateRequest) (*Template, error) {
	var err error
	if req.AccountID, err = s.client.accountFor(req.AccountID); err != nil {
		return nil, err
	}
	if !consists(req.Name, smallLetters+digits+"_") || !strings.Contains(smallLetters, req.Name[:1]) {
		return nil, invalid("name", fmt.Sprintf("%q is not a small letter, then small letters, digits and underscores", req.Name))
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
	return template(reply.JSON[lateapi.TemplateResponse](s.client.api.CreateWhatsAppTemplate(ctx, req)))
}

// Update replaces the components of a template, which is reviewed again.
//
// It is retried.
//
// PATCH /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Update(ctx context.Context, name string, components []TemplateComponent) (*Template, error) {
	account, err := s.check(name)
	if err != nil {
		return nil, err
	}
	if err := checkComponents("", components); err != nil {
		return nil, err
	}
	return template(reply.JSON[lateapi.TemplateResponse](s.client.api.UpdateWhatsAppTemplate(ctx, name,
		lateapi.UpdateTemplateRequest{AccountID: account, Components: components})))
}

// Delete deletes a template for good, in all of its languages.
//
// It is retried; a repeat that finds nothing is success.
//
// DELETE /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Delete(ctx context.Context, name string) error {
	account, err := s.check(name)
	if err != nil {
		return err
	}
	return reply.None(s.client.api.DeleteWhatsAppTemplate(ctx, name,
		&lateapi.DeleteWhatsAppTemplateParams{AccountID: account}))
}

// Wait looks at a template until it has been reviewed, and returns it: approved, rejected, or
// whatever else it has become. Where the context ends, or looks keep failing, the error is a
// [*WaitError] and the template the last one seen.
//
// It is retried.
//
// GET /v1/whatsapp/templates/{templateName}
func (s *TemplatesService) Wait(ctx context.Context, name string, opts ...WaitOption) (*Template, error) {
	return wait(ctx, "template "+name, opts,
		func(ctx context.Context) (*Template, error) { return s.Get(ctx, name) },
		func(t *Template) bool { return t.Status != TemplatePending },
		func(t *Template) string { return string(t.Status) })
}

func (s *TemplatesService) check(name string) (account string, err error) {
	if err := checkID("templateName", name); err != nil {
		return "", err
	}
	return s.client.accountFor("")
}

func template(r *lateapi.TemplateResponse, err error) (*Template, error) {
	if err != nil {
		return nil, err
	}
	return &r.Template, nil
}
