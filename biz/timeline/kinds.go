package timeline

// Kinds are the events there are, each with whether it is known by its day alone. A kind
// that is missing here has no text on the pages: a test holds the list against the
// statements, the audit and the texts.
var Kinds = map[string]bool{
	"customer.created": false, "customer.changed": false, "customer.revealed": false, "customer.category_set": false, "customer.labelled": false,
	"customer.deactivated": false, "customer.reactivated": false, "statement.day_set": false, "project.left": false, "project.joined": false,

	"project.created": false, "project.changed": false, "project.moved": false, "project.checkpoints_changed": false,
	"project.contact_added": false, "project.contact_removed": false, "project.contact_revealed": false,
	"owner.created": false, "owner.changed": false, "owner.revealed": false,

	"approval.submitted": false, "approval.approved": false, "approval.rejected": false, "approval.returned": false, "approval.withdrawn": false,
	"rating.effective": false, "rating.lapsed": false,
	"limit.effective": false, "limit.lapsed": false, "shared_limit.effective": false, "shared_limit.ended": false,
	"collateral.active": false, "collateral.ended": true, "collateral.released": false,
	"account.frozen": false, "account.unfrozen": false,

	"order.held": false, "order.released": false, "order.cleared": false, "order.cancelled": false, "order.refused": false,
	"agreement.stage": false, "letter.issued": false,
	"supply_stop.prepared": false, "supply_stop.notified": false, "supply_stop.stopped": false, "supply_stop.acknowledged": false,
	"supply_stop.resumed": false, "supply_stop.cancelled": false,

	"document.uploaded": false,
	"contract.linked":   false, "contract.terms_changed": false, "contract.late_fee_set": false, "contract.node_reported": false, "contract.node_revoked": false,
	"relation.added": false, "relation.ended": true,
	"finding.seen": false, "finding.ended": false,
	"negative.listed": false, "negative.removed": false, "negative.objection_raised": false, "negative.objection_accepted": false, "negative.objection_refused": false,
	"negative.repair_raised": false, "negative.repair_accepted": false, "negative.repair_refused": false,
	"negative.exemption_asked": false, "negative.exemption_granted": false, "negative.exemption_refused": false, "negative.exemption_withdrawn": false, "negative.exemption_revoked": false,

	"statement.made": false, "statement.submitted": false, "statement.refused": false, "statement.reconciled": false, "statement.cancelled": false, "statement.hindered": false,
	"receipt.received": true, "payment.applied": false, "payment.set_off": false, "payment.written_off": false, "payment.reversed": false,
	"dispute.opened": false, "dispute.resolved": false,
	"receivable.overdue": true, "overdue.began": true, "overdue.cleared": true,
	"dunning.written": false, "dunning_letter.sent": false, "dunning.paused": false, "dunning.resumed": false,
	"follow_up.opened": false, "follow_up.answered": false, "follow_up.closed": true,
	"warning.raised": false, "warning.closed": false,
}
