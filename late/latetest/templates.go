package latetest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// template is a template and the state of its review.
type template struct {
	lateapi.Template
	reviewed time.Time // when the review ends
}

// seen returns the state of the template at a time.
func (a *api) seen(t *template, now time.Time) lateapi.Template {
	resp := t.Template
	switch {
	case now.Before(t.reviewed):
		resp.Status = lateapi.TemplateStatusPending
	case a.rejected[t.Name] != "":
		resp.Status = lateapi.TemplateStatusRejected
	default:
		resp.Status = lateapi.TemplateStatusApproved
	}
	return resp
}

func (a *api) answerTemplate(t *template, now time.Time) lateapi.TemplateResponse {
	return lateapi.TemplateResponse{Success: true, Template: a.seen(t, now)}
}

// template returns the oldest template with a name, in any language.
func (acc *account) template(name string) *template {
	i := slices.IndexFunc(acc.templates, func(t *template) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return acc.templates[i]
}

func (a *api) listTemplates(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	resp := lateapi.TemplateList{Success: true, Templates: []lateapi.Template{}}
	for _, t := range acc.templates {
		resp.Templates = append(resp.Templates, a.seen(t, c.now))
	}
	return resp, nil
}

func (a *api) getTemplate(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	t := acc.template(c.PathValue("templateName"))
	if t == nil {
		return nil, missing("Template")
	}
	return a.answerTemplate(t, c.now), nil
}

var (
	templateName     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,511}$`)
	templateLanguage = regexp.MustCompile(`^[a-z]{2,3}(_[A-Za-z]{2,4})?$`)
)

func (a *api) createTemplate(c *call, in lateapi.CreateTemplateRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	t, err := a.addTemplate(acc, in, c.now.Add(a.cfg.review))
	if err != nil {
		return nil, err
	}
	return a.answerTemplate(t, c.now), nil
}

func (a *api) addTemplate(acc *account, in lateapi.CreateTemplateRequest, reviewed time.Time) (*template, error) {
	switch {
	case in.Name == "":
		return nil, invalid("name", "name is required")
	case !templateName.MatchString(in.Name):
		return nil, invalid("name", "name must start with a lowercase letter and contain only lowercase letters, digits and underscores")
	case !slices.Contains([]lateapi.TemplateCategory{
		lateapi.TemplateCategoryAuthentication, lateapi.TemplateCategoryMarketing, lateapi.TemplateCategoryUtility,
	}, in.Category):
		return nil, invalid("category", "category must be AUTHENTICATION, MARKETING or UTILITY")
	case !templateLanguage.MatchString(in.Language):
		return nil, invalid("language", "language must be a code such as en_US")
	}
	if err := checkComponents(in.Category, in.Components); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(acc.templates, func(t *template) bool {
		return t.Name == in.Name && t.Language == in.Language
	}) {
		// Refusals by Meta are passed on as 400.
		no := refuse(http.StatusBadRequest, "platform_error", "name", "Template %s already exists in %s", in.Name, in.Language)
		no.body.Type, no.body.Platform = "platform_error", "whatsapp"
		no.body.PlatformError = json.RawMessage(`{"code":100,"error_subcode":2388024,` +
			`"type":"OAuthException","message":"Content in This Language Already Exists"}`)
		return nil, no
	}
	t := &template{reviewed: reviewed, Template: lateapi.Template{
		ID: a.id(), Name: in.Name, Category: in.Category, Language: in.Language, Components: in.Components,
	}}
	acc.templates = append(acc.templates, t)
	a.emitReview(acc, t)
	return t, nil
}

// emitReview delivers the result of a review when it ends.
func (a *api) emitReview(acc *account, t *template) {
	at := t.reviewed
	a.emit(at, late.EventTemplateStatusUpdated, func() object {
		return object{"account": acc.json(), "template": object{
			"templateId": t.ID, "name": t.Name, "language": t.Language,
			"status": a.seen(t, at).Status, "reason": cmp.Or(a.rejected[t.Name], "NONE"),
		}}
	})
}

// updateTemplate accepts a template that is still under review, because a retry of an update
// arrives at once.
func (a *api) updateTemplate(c *call, in lateapi.UpdateTemplateRequest) (any, error) {
	acc, err := a.account(in.AccountID)
	if err != nil {
		return nil, err
	}
	t := acc.template(c.PathValue("templateName"))
	if t == nil {
		return nil, missing("Template")
	}
	if err := checkComponents(t.Category, in.Components); err != nil {
		return nil, err
	}
	t.Components, t.reviewed = in.Components, c.now.Add(a.cfg.review)
	a.emitReview(acc, t)
	return a.answerTemplate(t, c.now), nil
}

// deleteTemplate deletes the template in every language, as Meta does.
func (a *api) deleteTemplate(c *call) (any, error) {
	acc, err := a.queried(c)
	if err != nil {
		return nil, err
	}
	name := c.PathValue("templateName")
	if acc.template(name) == nil {
		return nil, missing("Template")
	}
	acc.templates = slices.DeleteFunc(acc.templates, func(t *template) bool { return t.Name == name })
	return lateapi.MessageResponse{Success: true, Message: "Template deleted"}, nil
}

// approved returns the template to send, if it is approved at that time.
func (a *api) approved(acc *account, ref lateapi.TemplateRef, now time.Time) (*template, error) {
	i := slices.IndexFunc(acc.templates, func(t *template) bool {
		return t.Name == ref.Name && t.Language == ref.Language
	})
	if i < 0 {
		return nil, refuse(http.StatusBadRequest, "template_not_found", "template",
			"Template %s does not exist in %s", ref.Name, ref.Language)
	}
	t := acc.templates[i]
	switch a.seen(t, now).Status {
	case lateapi.TemplateStatusPending:
		return nil, refuse(http.StatusBadRequest, "template_not_approved", "template",
			"Template %s is not approved: it is under review", ref.Name)
	case lateapi.TemplateStatusRejected:
		return nil, refuse(http.StatusBadRequest, "template_not_approved", "template",
			"Template %s was rejected: %s", ref.Name, a.rejected[ref.Name])
	}
	return t, nil
}

// checkRef checks the template reference of a request.
func checkRef(ref lateapi.TemplateRef) error {
	switch {
	case ref.Name == "":
		return invalid("template.name", "template.name is required")
	case ref.Language == "":
		return invalid("template.language", "template.language is required")
	}
	return nil
}
