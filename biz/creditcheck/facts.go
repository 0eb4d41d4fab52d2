package creditcheck

func (d *deciding) facts(in CheckInput, found Found) Facts {
	a, customer := d.l.Account, d.l.Account.CustomerID
	binds, by := d.l.Policy.Rules.binds(in.Checkpoint, found.Project)
	f := Facts{
		LimitKind: a.LimitKind, StandingLimit: a.Standing, TemporaryLimit: a.Temporary, Cover: a.Cover, Receivable: a.Receivable, Reserved: a.Reserved,
		Delivered: a.Delivered, Reconciled: a.Reconciled, Drafts: a.Drafts, Advances: a.Advances,
		Exposure: a.Exposure(), Headroom: a.Headroom(), OverdueAmount: a.Overdue, OverdueDays: a.OverdueDays(d.today),
		MaxOverdueAmount: a.MaxOverdueAmount, MaxOverdueDays: a.MaxOverdueDays, Grade: a.Grade,
		CustomerActive: d.l.Active, SettlesAdvance: d.l.SettlesAdvance,
		NegativeAction: d.l.NegativeAction, GroupPolicyVersion: d.l.GroupPolicy,
		Frozen: a.Frozen, FrozenReason: a.FrozenReason, Currency: in.Currency, AsOf: d.today, AccountVersion: a.Version,
		Checkpoint: in.Checkpoint, Volume: in.Volume, Skips: !binds, SetBy: by,
	}
	_, reserved := d.orders[in.OrderNo]
	switch {
	case in.Checkpoint == AtDispatch && found.LiveOf == customer:
		f.Covered = min(found.LiveHeld, in.Amount)
		f.Tolerated = d.l.Policy.Rules.tolerated(found.LiveHeld, in.Amount)
	case !reserved:
		f.Covered = min(found.Counted, in.Amount)
	}
	f.SupplyStopped, f.SupplyStopReason = found.Stopped, found.StopReason
	if found.HoldOf == customer {
		f.Release = found.Release
	}
	if f.Project = d.project(found.Project); f.Project != nil {
		f.Project.Covered = f.Covered
		if found.LiveOf != customer {
			f.Project.Covered = min(f.Covered, found.Project.Counted)
		}
	}
	f.SharedLimit, f.GroupQuota = d.pool(d.l.SharedLimit), d.pool(d.l.GroupCap)
	if n := d.l.Negative; n != nil {
		f.NegativeListed, f.NegativeReasonCode, f.NegativeReasonText = true, n.ReasonCode, n.ReasonText
		f.NegativeSeverity, f.NegativeExempt, f.NegativeLimits = n.Severity, n.ExemptUntil, n.Limits
	}
	f.Related = d.l.Related
	if in.Checkpoint == AtDispatch && found.LiveOf == customer && found.LiveHeld > 0 && found.PouredOn == d.today {
		f.Pour = &PourFacts{Left: found.LiveHeld, StoppedOn: found.StoppedOn, FrozenOn: d.frozenOn()}
	}
	return f
}

// project gives the account of a project as the decisions before leave it.
func (d *deciding) project(p *FoundProject) *ProjectFacts {
	if p == nil || p.Facts == nil || p.Facts.LimitKind == "" {
		return nil
	}
	state := d.projects[p.ID]
	if state == nil {
		state = &projectState{facts: *p.Facts, move: ProjectMove{ProjectID: p.ID}}
		d.projects[p.ID] = state
	}
	facts := state.facts
	return &facts
}

// binds says whether a check binds at the checkpoint: the project's own setting,
// else the tenant's.
func (r Rules) binds(at Checkpoint, p *FoundProject) (bool, Origin) {
	order, dispatch, by := r.AtOrder, r.AtDispatch, ByTenant
	if p != nil && p.Checkpoints != "" && p.Checkpoints != "inherit" {
		order, dispatch, by = p.Checkpoints != "dispatch", p.Checkpoints != "order", ByProject
	}
	if at == AtDispatch {
		return dispatch, by
	}
	return order, by
}
