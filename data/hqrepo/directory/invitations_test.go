package directory_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// mailbox keeps what was sent; it fails as often as it is told.
type mailbox struct {
	sent  []directory.InvitationMail
	fails int
}

func (m *mailbox) SendInvitation(_ context.Context, mail directory.InvitationMail) error {
	if m.fails > 0 {
		m.fails--
		return errors.New("the mail server is away")
	}
	m.sent = append(m.sent, mail)
	return nil
}

func (w *world) invite(t *testing.T, ctx context.Context, email string, roles ...access.Role) (directory.Invitation, string) {
	t.Helper()
	i, err := w.members.Invite(ctx, directory.InviteInput{Email: email, Name: "李工", Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	box := &mailbox{fails: 1}
	courier := directory.NewCourier(w.members, box)
	if err := courier.Send(t.Context(), i.ID); err == nil {
		t.Fatal("a mail that could not be sent counts as sent")
	}
	for range 2 { // the event is delivered again
		if err := courier.Send(t.Context(), i.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.sent) != 1 || box.sent[0].Email != i.Email || box.sent[0].Token == "" {
		t.Fatalf("sent %+v", box.sent)
	}
	return i, box.sent[0].Token
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, _ := w.person(t, "admin@a.example")
	w.join(t, &w.A.ID, admin, access.RoleAdministrator)
	ctx := w.CtxA(t)
	guest, asGuest := w.person(t, "li@a.example")
	_, asOther := w.person(t, "other@a.example")

	i, token := w.invite(t, ctx, " Li@A.example ", access.RoleSalesperson)
	w.otherSeesNothing(t, func(ctx context.Context) (int, error) {
		r, err := w.members.List(ctx)
		return len(r.Invitations), err
	})
	offer, err := w.members.Offer(asGuest, token)
	if err != nil || offer.TenantName == "" || !slices.Equal(offer.Roles, i.Roles) {
		t.Fatalf("%+v, %v", offer, err)
	}
	_, err = w.members.Offer(asOther, token)
	wants(t, err, "INVITATION_FOR_OTHER")
	wants(t, w.members.Accept(asOther, token), "INVITATION_FOR_OTHER")
	wants(t, w.members.Accept(asGuest, token+"x"), "INVITATION_NOT_FOUND")
	if err := w.members.Accept(asGuest, token); err != nil {
		t.Fatal(err)
	}
	wants(t, w.members.Accept(asGuest, token), "INVITATION_ACCEPTED")
	p, err := w.places.Resolve(t.Context(), guest.ID, w.A.Slug)
	if err != nil || !slices.Equal(p.Roles, []access.Role{access.RoleSalesperson}) {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = w.members.Invite(ctx, directory.InviteInput{Email: guest.Email, Name: "李工", Roles: i.Roles})
	wants(t, err, "ALREADY_MEMBER")
	if err := w.members.Revoke(ctx, i.ID); reason(err) != "INVITATION_ACCEPTED" {
		t.Errorf("an accepted invitation was revoked: %v", err)
	}
}

func TestInvitationNeedsTheVerifiedAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.invite(t, w.CtxA(t), "li@a.example", access.RoleViewer)
	p := directory.Person{ID: uuid.New(), Email: "li@a.example", Name: "李"}
	w.tx(t, func(ctx context.Context) error { return w.deps.Store.People.Put(ctx, p) })
	wants(t, w.members.Accept(as(t, p), token), "EMAIL_UNVERIFIED")
}

func TestInvitationEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	_, asGuest := w.person(t, "li@a.example")

	// The newest one counts.
	old, oldToken := w.invite(t, ctx, "li@a.example", access.RoleViewer)
	newest, token := w.invite(t, ctx, "li@a.example", access.RoleApprover)
	wants(t, w.members.Accept(asGuest, oldToken), "INVITATION_REVOKED")
	// Another tenant does not reach it.
	wants(t, w.members.Revoke(w.CtxB(t), newest.ID), "INVITATION_NOT_FOUND")
	for range 2 {
		if err := w.members.Revoke(ctx, newest.ID); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, w.members.Accept(asGuest, token), "INVITATION_REVOKED")
	if err := w.members.Revoke(ctx, old.ID); err != nil {
		t.Errorf("revoking one that was replaced: %v", err)
	}

	_, late := w.invite(t, ctx, "li@a.example", access.RoleViewer)
	w.clock.add(directory.InvitationDays*24*time.Hour + time.Second)
	wants(t, w.members.Accept(asGuest, late), "INVITATION_EXPIRED")
}

func TestInvitationToHQ(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hq := w.HQCtx(t)
	_, err := w.members.InviteHQ(hq, directory.InviteInput{Email: "x@hq.example", Name: "陈", Roles: []access.Role{access.RoleAdministrator}})
	wants(t, err, "roles[0] UNKNOWN_ROLE")
	i, err := w.members.InviteHQ(hq, directory.InviteInput{Email: "x@hq.example", Name: "陈", Roles: []access.Role{access.RoleHQCreditController}})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, w.members.Revoke(w.CtxA(t), i.ID), "INVITATION_NOT_FOUND")
	box := &mailbox{}
	if err := directory.NewCourier(w.members, box).Send(t.Context(), i.ID); err != nil {
		t.Fatal(err)
	}
	p, ctx := w.person(t, "x@hq.example")
	if err := w.members.Accept(ctx, box.sent[0].Token); err != nil {
		t.Fatal(err)
	}
	if roles, err := w.places.HQRoles(t.Context(), p.ID); err != nil || !slices.Equal(roles, i.Roles) {
		t.Errorf("%v, %v", roles, err)
	}
}

func TestARevokedInvitationIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, err := w.members.Invite(w.CtxA(t), directory.InviteInput{Email: "li@a.example", Name: "李", Roles: []access.Role{access.RoleViewer}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.members.Revoke(w.CtxA(t), i.ID); err != nil {
		t.Fatal(err)
	}
	box := &mailbox{}
	if err := directory.NewCourier(w.members, box).Send(t.Context(), i.ID); err != nil || len(box.sent) != 0 {
		t.Errorf("sent %+v, %v", box.sent, err)
	}
}
