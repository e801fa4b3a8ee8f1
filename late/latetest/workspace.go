package latetest

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wabakit/wabakit-go/late"
	"github.com/wabakit/wabakit-go/late/lateapi"
)

// maxProfiles is how many profiles the plan includes.
const maxProfiles = 10

// workspace is what surrounds WhatsApp: connected accounts and their profiles.
type workspace struct {
	order     []*account // oldest first
	profiles  []lateapi.Profile
	connLogs  []object // oldest first
	connList  listing[object]
	states    map[string]connection // open requests to connect, by state
	pending   map[string]object     // OAuth data that was not read yet, by token
	uploads   int
	startedAt time.Time
}

// connection is a request to connect an account.
type connection struct {
	platform, profileID string
	headless            bool
	code                string // once a person has agreed
}

// connect adds an account.
func (a *api) connect(id, platform, profileID string) *account {
	number := fmt.Sprintf("+1555010%04d", len(a.order)+1)
	acc := &account{
		id: id, platform: platform, profileID: profileID, username: number, displayName: "Business " + number,
		byPhone: map[string]*contact{}, tags: labels{}, groups: labels{}, conversations: map[string]*conversation{},
	}
	a.accounts[id], a.order = acc, append(a.order, acc)
	return acc
}

// ref returns the account's profileId in one of its two forms: the ID, or the profile itself.
func (acc *account) ref(a *api) any {
	i := slices.IndexFunc(a.profiles, func(p lateapi.Profile) bool { return p.ID == acc.profileID })
	if slices.Index(a.order, acc)%2 == 0 && i >= 0 {
		return profileJSON(a.profiles[i])
	}
	return acc.profileID
}

// issues says what is wrong with the account.
func (acc *account) issues() []string {
	if acc.failure == "" {
		return []string{}
	}
	return []string{acc.failure}
}

func (acc *account) health() string {
	if acc.failure == "" {
		return "healthy"
	}
	return "error"
}

func (a *api) listAccounts(c *call) (any, error) {
	rows := []object{}
	for _, acc := range a.order {
		row := object{"platform": acc.platform, "profileId": acc.profileID}
		if !row.matches(c, "platform", "profileId") {
			continue
		}
		rows = append(rows, object{
			"_id": acc.id, "platform": acc.platform, "profileId": acc.ref(a), "username": acc.username,
			"displayName": acc.displayName, "isActive": acc.failure == "",
		})
	}
	return object{"accounts": rows, "hasAnalyticsAccess": false}, nil
}

func (a *api) listHealth(c *call) (any, error) {
	if err := oneOf(c, "status", "healthy", "warning", "error"); err != nil {
		return nil, err
	}
	rows, broken := []object{}, 0
	for _, acc := range a.order {
		ok := acc.failure == ""
		row := object{
			"accountId": acc.id, "platform": acc.platform, "profileId": acc.profileID, "username": acc.username,
			"displayName": acc.displayName, "status": acc.health(), "issues": acc.issues(),
			"canPost": ok, "canFetchAnalytics": false, "tokenValid": ok, "needsReconnect": !ok,
		}
		if !row.matches(c, "platform", "profileId", "status") {
			continue
		}
		rows = append(rows, row)
		if !ok {
			broken++
		}
	}
	return object{"accounts": rows, "summary": object{
		"total": len(rows), "healthy": len(rows) - broken, "warning": 0, "error": broken, "needsReconnect": broken,
	}}, nil
}

func (a *api) getHealth(c *call) (any, error) {
	acc, err := a.account(c.PathValue("accountId"))
	if err != nil {
		return nil, err
	}
	ok, advice := acc.failure == "", []string{}
	if !ok {
		advice = append(advice, "Reconnect the account")
	}
	return object{
		"accountId": acc.id, "platform": acc.platform, "username": acc.username, "displayName": acc.displayName,
		"status": acc.health(), "issues": acc.issues(), "recommendations": advice,
		"tokenStatus": object{"valid": ok, "needsRefresh": !ok},
		"permissions": object{"canPost": ok, "canFetchAnalytics": false, "missingRequired": []string{}},
	}, nil
}

func (a *api) updateAccount(c *call, in struct{ Username, DisplayName *string }) (any, error) {
	acc, err := a.account(c.PathValue("accountId"))
	if err != nil {
		return nil, err
	}
	if in.Username != nil {
		acc.username = *in.Username
	}
	if in.DisplayName != nil {
		acc.displayName = *in.DisplayName
	}
	return object{"message": "Account updated", "username": acc.username, "displayName": acc.displayName}, nil
}

// deleteAccount disconnects the account and deletes everything that belongs to it.
func (a *api) deleteAccount(c *call) (any, error) {
	acc, err := a.account(c.PathValue("accountId"))
	if err != nil {
		return nil, err
	}
	delete(a.accounts, acc.id)
	a.order = slices.DeleteFunc(a.order, func(one *account) bool { return one == acc })
	maps.DeleteFunc(a.contacts, func(_ string, one *contact) bool { return one.account == acc })
	maps.DeleteFunc(a.sends, func(_ string, b *broadcast) bool { return b.account == acc })
	maps.DeleteFunc(a.conversations, func(_ string, conv *conversation) bool { return conv.account == acc })
	a.inbox = slices.DeleteFunc(a.inbox, func(e inboxEntry) bool { return e.conv.account == acc })
	a.logConnection(acc, "disconnect", c.now)
	a.emitAccount(late.EventAccountDisconnected, acc, object{"disconnectionType": "intentional", "reason": "Deleted"})
	return object{"message": "Account disconnected"}, nil
}

func (a *api) emitAccount(kind late.EventKind, acc *account, more object) {
	body := object{
		"accountId": acc.id, "profileId": acc.profileID, "platform": acc.platform,
		"username": acc.username, "displayName": acc.displayName,
	}
	maps.Copy(body, more)
	a.emit(a.clock.Now(), kind, func() object { return object{"account": body} })
}

// FailAccount makes an account fail with reason, as if its connection were lost; an empty reason
// connects it again. The inbox operations fail, and a list of conversations omits the account and
// names it in meta.failedAccounts. It panics if the account does not exist.
func (s *Server) FailAccount(accountID, reason string) {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	acc := s.seeded(accountID)
	acc.failure = reason
	if reason == "" {
		a.logConnection(acc, "reconnect_success", a.clock.Now())
		a.emitAccount(late.EventAccountConnected, acc, nil)
		return
	}
	a.logConnection(acc, "disconnect", a.clock.Now())
	a.emitAccount(late.EventAccountDisconnected, acc, object{"disconnectionType": "unintentional", "reason": reason})
}

func (a *api) logConnection(acc *account, event string, now time.Time) {
	row := object{
		"_id": a.id(), "accountId": acc.id, "profileId": acc.profileID, "platform": acc.platform,
		"eventType": event, "createdAt": now.Truncate(time.Millisecond), "connectionMethod": "oauth", "status": "success",
	}
	if strings.HasSuffix(event, "_success") {
		row["success"] = object{"username": acc.username, "displayName": acc.displayName}
	}
	a.connLogs = append(a.connLogs, row)
	a.connList.changed()
}

func (a *api) listConnectionLogs(c *call) (any, error) {
	for _, err := range []error{
		oneOf(c, "status", "success", "failed", "all"),
		oneOf(c, "days", "1", "2", "3", "4", "5", "6", "7"),
		oneOf(c, "eventType", "connect_success", "connect_failed", "disconnect", "reconnect_success", "reconnect_failed", "all"),
	} {
		if err != nil {
			return nil, err
		}
	}
	w, err := a.window(c, 50)
	if err != nil {
		return nil, err
	}
	kept := logsKept
	if days := c.query.Get("days"); days != "" {
		kept = time.Duration(days[0]-'0') * 24 * time.Hour
	}
	found := a.connList.list(c, func() (rows []object) {
		for _, row := range slices.Backward(a.connLogs) {
			if row.matches(c, "platform", "eventType", "status") {
				rows = append(rows, row)
			}
		}
		return rows
	})
	expired, _ := slices.BinarySearchFunc(found, kept, func(row object, kept time.Duration) int {
		return cmp.Compare(c.now.Sub(row["createdAt"].(time.Time)), kept)
	})
	rows, page := cut(w, found[:expired])
	return object{"logs": rows, "pagination": object{
		"total": page.Total, "limit": page.Limit, "skip": page.Skip, "hasMore": page.HasMore,
		"pages": (page.Total + page.Limit - 1) / page.Limit,
	}}, nil
}

func profileJSON(p lateapi.Profile) object {
	return object{
		"_id": p.ID, "name": p.Name, "description": p.Description, "color": p.Color,
		"isDefault": p.IsDefault, "isOverLimit": false, "userId": "latetest", "createdAt": p.CreatedAt,
	}
}

func (a *api) listProfiles(*call) (any, error) {
	rows := []object{}
	for _, p := range a.profiles {
		rows = append(rows, profileJSON(p))
	}
	return object{"profiles": rows}, nil
}

// workspaceProfile returns the index of the profile with an ID.
func (a *api) workspaceProfile(id string) (int, error) {
	i := slices.IndexFunc(a.profiles, func(p lateapi.Profile) bool { return p.ID == id })
	if i < 0 {
		return 0, missing("Profile")
	}
	return i, nil
}

func (a *api) getWorkspaceProfile(c *call) (any, error) {
	i, err := a.workspaceProfile(c.PathValue("profileId"))
	if err != nil {
		return nil, err
	}
	return object{"profile": profileJSON(a.profiles[i])}, nil
}

// profileRequest is a request to create or update a profile.
type profileRequest struct {
	Name, Description, Color *string
	IsDefault                *bool
}

// put changes the fields of a profile that the request contains.
func (in profileRequest) put(a *api, p *lateapi.Profile) error {
	if in.Name != nil {
		if strings.TrimSpace(*in.Name) == "" {
			return invalid("name", "name must not be empty")
		}
		if slices.ContainsFunc(a.profiles, func(one lateapi.Profile) bool { return one.Name == *in.Name && one.ID != p.ID }) {
			return refuse(http.StatusConflict, "duplicate_profile", "name", "A profile named %s already exists", *in.Name)
		}
		p.Name = *in.Name
	}
	if in.Description != nil {
		p.Description = *in.Description
	}
	if in.Color != nil {
		p.Color = *in.Color
	}
	return nil
}

func (a *api) createWorkspaceProfile(c *call, in profileRequest) (any, error) {
	if in.Name == nil {
		return nil, invalid("name", "name is required")
	}
	if len(a.profiles) >= maxProfiles {
		return nil, refuse(http.StatusForbidden, "profile_limit_reached", "", "The plan includes at most %d profiles", maxProfiles)
	}
	p := lateapi.Profile{ID: a.id(), CreatedAt: c.now.Truncate(time.Millisecond)}
	if err := in.put(a, &p); err != nil {
		return nil, err
	}
	a.profiles = append(a.profiles, p)
	return reply{http.StatusCreated, object{"message": "Profile created", "profile": profileJSON(p)}}, nil
}

func (a *api) updateWorkspaceProfile(c *call, in profileRequest) (any, error) {
	i, err := a.workspaceProfile(c.PathValue("profileId"))
	if err != nil {
		return nil, err
	}
	if err := in.put(a, &a.profiles[i]); err != nil {
		return nil, err
	}
	if in.IsDefault != nil && *in.IsDefault {
		for j := range a.profiles {
			a.profiles[j].IsDefault = i == j
		}
	}
	return object{"message": "Profile updated", "profile": profileJSON(a.profiles[i])}, nil
}

func (a *api) deleteWorkspaceProfile(c *call) (any, error) {
	i, err := a.workspaceProfile(c.PathValue("profileId"))
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(a.order, func(acc *account) bool { return acc.profileID == a.profiles[i].ID }) {
		return nil, refuse(http.StatusBadRequest, "profile_has_accounts", "", "The profile has connected accounts")
	}
	a.profiles = slices.Delete(a.profiles, i, i+1)
	return object{"message": "Profile deleted"}, nil
}

func (a *api) getConnectURL(c *call) (any, error) {
	q := c.query
	if q.Get("profileId") == "" {
		return nil, invalid("profileId", "profileId is required")
	}
	if err := oneOf(c, "headless", "true", "false"); err != nil {
		return nil, err
	}
	if _, err := a.workspaceProfile(q.Get("profileId")); err != nil {
		return nil, err
	}
	state, platform := "state_"+a.id(), c.PathValue("platform")
	a.states[state] = connection{platform: platform, profileID: q.Get("profileId"), headless: q.Get("headless") == "true"}
	return object{"authUrl": "https://connect.invalid/" + url.PathEscape(platform) + "?state=" + state, "state": state}, nil
}

// Authorize agrees to the connection that authURL asks for, as a person would, and returns what
// the browser brings back: the code for [late.ConnectService.Complete], or for a headless
// connection the token for [late.ConnectService.PendingData]. It panics if authURL is not an open
// page.
func (s *Server) Authorize(authURL string) (code, pendingToken string) {
	a := s.api
	a.mu.Lock()
	defer a.mu.Unlock()
	u, err := url.Parse(authURL)
	if err != nil || a.states[u.Query().Get("state")].platform == "" {
		panic(fmt.Sprintf("latetest: %s is not an open page", authURL))
	}
	state := u.Query().Get("state")
	conn := a.states[state]
	if !conn.headless {
		conn.code = "code_" + a.id()
		a.states[state] = conn
		return conn.code, ""
	}
	delete(a.states, state)
	pendingToken = "pending_" + a.id()
	a.pending[pendingToken] = object{
		"platform": conn.platform, "profileId": conn.profileID, "tempToken": "temp_" + a.id(), "expiresIn": 3600,
		"selectionType": "profiles", "organizations": []object{}, "userProfile": object{"name": "Latetest"},
	}
	return "", pendingToken
}

func (a *api) completeConnection(c *call, in lateapi.CompleteConnectionRequest) (any, error) {
	conn := a.states[in.State]
	switch {
	case conn.platform != c.PathValue("platform") || conn.profileID != in.ProfileID:
		return nil, invalid("state", "state is unknown or was used")
	case conn.code == "" || conn.code != in.Code:
		return nil, invalid("code", "code is unknown or was used")
	}
	delete(a.states, in.State)
	acc := a.connect(a.id(), conn.platform, conn.profileID)
	a.logConnection(acc, "connect_success", c.now)
	a.emitAccount(late.EventAccountConnected, acc, nil)
	return object{"message": "Account connected"}, nil
}

// readPendingData works once.
func (a *api) readPendingData(c *call) (any, error) {
	token := c.query.Get("token")
	if token == "" {
		return nil, invalid("token", "token is required")
	}
	data, ok := a.pending[token]
	if !ok {
		return nil, refuse(http.StatusNotFound, "pending_data_not_found", "token", "The token is unknown, expired or was used")
	}
	delete(a.pending, token)
	return data, nil
}

func (a *api) getUsage(*call) (any, error) {
	plan := "Pro"
	if a.cfg.freePlan {
		plan = "Free"
	}
	return object{
		"planName": plan, "billingPeriod": "monthly", "signupDate": a.startedAt,
		"limits": object{"uploads": -1, "profiles": maxProfiles},
		"usage":  object{"uploads": a.uploads, "profiles": len(a.profiles), "lastReset": a.startedAt},
	}, nil
}
