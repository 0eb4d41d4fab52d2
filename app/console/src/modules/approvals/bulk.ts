// What of the ticked submissions can be approved in one go.
import type { components } from '@/api/schema'
import type { Approval } from './facts'

type Policy = Pick<components['schemas']['ApprovalPolicy'], 'stepUp' | 'kindActs'>

export interface BulkPlan {
  /** Those that go, by kind: the server decides one kind at a time, at most 50. */
  groups: { kind: string; rows: Approval[] }[]
  /** Those left out: not the reader's to decide (any more), or with a verification of their own. */
  left: { approval: Approval; why: 'notYours' | 'stepUp' }[]
}
const most = 50

/** Whether deciding on the kind asks for a second verification, which stands for one decision. */
export function needsStepUp(kind: string, policy: Policy): boolean {
  const act = policy.kindActs[kind]
  return Boolean(act) && policy.stepUp.includes(act!)
}

export function bulkPlan(ticked: Approval[], policy: Policy): BulkPlan {
  const plan: BulkPlan = { groups: [], left: [] }
  for (const approval of ticked) {
    if (!approval.actions.includes('decide')) plan.left.push({ approval, why: 'notYours' })
    else if (needsStepUp(approval.kind, policy)) plan.left.push({ approval, why: 'stepUp' })
    else {
      let group = plan.groups.find((one) => one.kind === approval.kind && one.rows.length < most)
      if (!group) plan.groups.push((group = { kind: approval.kind, rows: [] }))
      group.rows.push(approval)
    }
  }
  return plan
}
