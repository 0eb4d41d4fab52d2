// What was submitted, by kind: the shapes that the server's packages rating and limit
// write. Amounts are fen as strings, scores and weights hundredths.
import type { components } from '@/api/schema'
import type { DryRunFacts } from '@/modules/credit/dryrun/summary'

export type Approval = components['schemas']['Approval']

export interface CustomerFacts {
  number: string
  name: string
  uscc: string
}
/** A listing in force that concerns the customer, and what it does. */
export interface ListedHit {
  uscc: string
  company: string
  reason_code: string
  severity: string
  rating: string
  limits: string
  /** From the customer; absent for his own listing. */
  path?: { nodes: { name: string }[] | null }
}
export interface AccountFacts {
  grade: string
  limit_kind: string
  standing_limit: string
  temporary_limit: string
  /** Absent in submissions from before there was cover. */
  cover?: string
  receivable: string
  reserved: string
  /** The parts below, and their sum, are absent in older submissions. */
  delivered?: string
  reconciled?: string
  drafts?: string
  advances?: string
  exposure?: string
  overdue: string
  overdue_days: number
  as_of: string
}
export interface Outcome {
  total_score: number
  grade: string
  max_credit_amount: string
  max_overdue_amount: string
  max_overdue_days: number
  /** Absent in submissions from before ratings had a validity. */
  valid_months?: number
}
export interface ValueFacts {
  indicator_code: string
  name_zh: string
  name_en: string
  unit: string
  number?: string
  choice_zh?: string
  choice_en?: string
  source: string
  source_detail?: string
  weight: number
  score: number
  contribution: number
  missing?: string
  override?: { measured?: string; reason: string; by: string; at: string }
}
export interface RatingFacts {
  customer: CustomerFacts
  template: { number: number; name: string }
  new: Outcome
  old: Outcome | null
  values: ValueFacts[]
  /** Of the rating before; absent in older submissions. */
  old_values?: ValueFacts[]
  account: AccountFacts
  remark: string
  negative?: ListedHit[]
}
/** How much may be granted at all, and what of it is gone over. */
export interface CeilingFacts {
  grade?: string
  grade_maximum?: string
  quota?: { name: string; amount: string; used: string }
  over?: string
}
export interface LimitFacts {
  /** Absent in older submissions. */
  ceiling?: CeilingFacts
  customer: CustomerFacts
  project?: { number: string; name: string; limit_kind: string; limit: string }
  new: {
    class?: string
    kind?: string
    amount: string
    mode: string
    starts_on: string
    ends_on?: string
    days: number
    reason: string
    resulting_limit?: string
    times?: number
  }
  old: AccountFacts
  negative?: ListedHit[]
}
export interface BatchFacts {
  starts_on: string
  ends_on?: string
  reason: string
  customers: number
  before: string
  after: string
  lines: { number: string; name: string; grade: string; before: string; after: string; used: string }[]
}
export interface ReleaseFacts {
  order_no: string
  customer: string
  project?: string
  checkpoint: string
  order: string
  amount: string
  volume: string
  ends_on: string
  reason: string
  reasons: { code: string; action: string; message_zh: string; message_en: string }[]
  /** The three are absent in older submissions. */
  who?: CustomerFacts
  project_id?: string
  account?: AccountFacts
}
export interface SharedLimitFacts {
  /** Absent in older submissions. */
  ceiling?: CeilingFacts
  name: string
  reason: string
  ends: boolean
  /** Absent for a new one. */
  before?: string
  after: string
  used: string
  /** Null for one that ends. */
  members:
    | {
        number: string
        name: string
        limit: string
        unlimited: boolean
        used: string
        new: boolean
        negative?: ListedHit[]
      }[]
    | null
}
export interface DefinitionFacts {
  number: number
  name: string
  items: { indicator_code: string; name_zh: string; name_en: string; weight: number; changed: boolean }[]
  bands: {
    grade: string
    min_score: number
    max_credit_amount: string
    max_overdue_amount: string
    max_overdue_days: number
  }[]
}
export interface TemplateFacts {
  new: DefinitionFacts
  old: DefinitionFacts | null
  /** Absent in submissions from before there were dry runs. */
  dry_run?: DryRunFacts | null
}

export interface TriggerFacts {
  stage: string
  days: number
  amount: string
  join: string
}
/** Of an agreement, its step back, and the resumption of supply. */
export interface AgreementFacts {
  customer: { number: string; name: string }
  project?: string
  reason: string
  new?: TriggerFacts[]
  old?: TriggerFacts[]
  stage?: string
  to_stage?: string
  overdue_days: number
  overdue_amount: string
  as_of: string
}

export interface FollowUpFacts {
  trigger: string
  amount: string
  reason: string
  action: string
  planned: string
  starts_on: string
  due_on: string
  note: string
  broken: number
}

/** Of a bad debt that is given up. */
export interface WriteOffFacts {
  /** Absent in older submissions. */
  customer?: CustomerFacts
  document_no: string
  amount: string
  open: string
  whole: string
  due_date: string
  reason: string
}

/** Of what would secure a debt. */
export interface CollateralFacts {
  customer: CustomerFacts
  new: {
    kind: string
    provider_name: string
    provider_uscc: string
    reference_no: string
    description: string
    guaranteed_amount: string
    appraised_amount?: string
    appraised_on?: string
    /** Basis points. */
    rate: number
    cover: string
    uncounted: string
    starts_on: string
    ends_on?: string
    document_ids: string[] | null
  }
  old: AccountFacts
  /** Absent where it binds nobody. */
  resulting_bound?: string
  negative?: ListedHit[]
}

/** Of a company that would be proposed to headquarters for the negative list. */
export interface ListingFacts {
  uscc: string
  company_name: string
  reason_code: string
  reason_text: string
  amount: string
  evidence: { document_id: string; name: string }[]
  /** What a listing of each severity would do; absent in older submissions, like what follows. */
  effects?: { severity: string; rating: string; limits: string }[]
  /** Absent where the company is no customer. */
  customer_id?: string
  customer?: CustomerFacts
  account?: AccountFacts
}

export interface LegalFacts {
  name: string
  uscc: string
  uscc_override_reason?: string
  legal_representative: string
  /** Masked. */
  legal_representative_id: string
}
export interface ChangeFacts {
  before: LegalFacts
  after: LegalFacts
  reason: string
}

/** Whether a submission is about an amount at all. */
export const hasAmount = (approval: Approval) =>
  [
    'rating',
    'temporary_limit',
    'limit_adjustment',
    'limit_batch',
    'order_release',
    'shared_limit',
    'write_off',
    'collateral',
    'negative_listing',
  ].includes(approval.kind)

/** What of the customer's papers was expired when it was submitted. */
export function expiredPapers(approval: Approval) {
  const facts = approval.facts as { expired_papers?: { kind: string; expires_on: string }[] } | undefined
  return facts?.expired_papers ?? []
}

/** The facts in the shape of the approval's kind; null when the kind is a newer one. */
export function factsOf(approval: Approval) {
  const facts = approval.facts as unknown
  if (!facts) return null
  switch (approval.kind) {
    case 'rating':
      return { kind: 'rating' as const, facts: facts as RatingFacts }
    case 'temporary_limit':
    case 'limit_adjustment':
      return { kind: 'temporary_limit' as const, facts: facts as LimitFacts }
    case 'collateral':
      return { kind: 'collateral' as const, facts: facts as CollateralFacts }
    case 'negative_listing':
      return { kind: 'negative_listing' as const, facts: facts as ListingFacts }
    case 'limit_batch':
      return { kind: 'limit_batch' as const, facts: facts as BatchFacts }
    case 'shared_limit':
      return { kind: 'shared_limit' as const, facts: facts as SharedLimitFacts }
    case 'order_release':
      return { kind: 'order_release' as const, facts: facts as ReleaseFacts }
    case 'credit_agreement':
    case 'agreement_cure':
    case 'supply_resume':
      return { kind: 'agreement' as const, facts: facts as AgreementFacts }
    case 'follow_up':
      return { kind: 'follow_up' as const, facts: facts as FollowUpFacts }
    case 'customer_change':
      return { kind: 'customer_change' as const, facts: facts as ChangeFacts }
    case 'write_off':
      return { kind: 'write_off' as const, facts: facts as WriteOffFacts }
    case 'rating_template':
      return { kind: 'rating_template' as const, facts: facts as TemplateFacts }
  }
  return null
}

export interface Again {
  route: string
  id?: string
  query?: Record<string, string>
  permission: string
}
/**
 * Where its author submits it anew once it was returned, rejected or withdrawn: what was
 * decided stays as it was, so that is a submission of its own.
 */
export function againOf(approval: Approval): Again | null {
  if (!['returned', 'rejected', 'withdrawn'].includes(approval.status)) return null
  const place = placeOf(approval)
  return place && { ...place, query: { ...place.query, from: approval.id } }
}

function placeOf(approval: Approval): Again | null {
  const customer = approval.customerId
  switch (approval.kind) {
    case 'rating':
      return { route: 'rate', id: customer, permission: 'rating.write' }
    case 'customer_change':
      return { route: 'customer', id: customer, query: { edit: '1' }, permission: 'customer.write' }
    case 'temporary_limit':
      return { route: 'customer', id: customer, query: { apply: 'temporary' }, permission: 'limit.apply' }
    case 'collateral':
      return {
        route: 'customer',
        id: customer,
        query: { tab: 'collateral', apply: 'collateral' },
        permission: 'limit.apply',
      }
    case 'limit_adjustment':
      return { route: 'limit-adjust', id: customer, permission: 'limit.apply' }
    case 'limit_batch':
      return { route: 'limit-proposal', permission: 'limit.apply' }
    case 'shared_limit':
      return { route: 'shared-limits', permission: 'limit.apply' }
    case 'rating_template':
      return { route: 'template', id: approval.subjectId, permission: 'template.write' }
    case 'order_release':
      return { route: 'order-holds', permission: 'credit.check' }
    case 'credit_agreement':
    case 'agreement_cure':
      return { route: 'agreements', permission: 'limit.apply' }
    case 'supply_resume':
      return { route: 'supply-stops', permission: 'limit.apply' }
    case 'negative_listing':
      return { route: 'negative-list', query: { propose: '1' }, permission: 'negative_list.write' }
  }
  return null
}

/** What may be used, in fen: standing and temporary limits, and cover. */
export const boundOf = (account: AccountFacts) =>
  BigInt(account.standing_limit || '0') +
  BigInt(account.temporary_limit || '0') +
  BigInt(account.cover || '0')

/** What uses the limit, in fen; an older submission knows only two of its parts. */
export const usedOf = (account: AccountFacts) =>
  account.exposure !== undefined
    ? BigInt(account.exposure)
    : BigInt(account.receivable || '0') + BigInt(account.reserved || '0')

/** Reasons to look twice, as text keys below approvals.flag. */
export function flagsOf(approval: Approval): string[] {
  const known = factsOf(approval)
  if (known?.kind === 'shared_limit') {
    const listed = known.facts.members?.some((one) => one.negative?.length)
    return [...(listed ? ['listed'] : []), ...(known.facts.ceiling?.over ? ['aboveMaximum'] : [])]
  }
  if (known?.kind !== 'rating' && known?.kind !== 'temporary_limit' && known?.kind !== 'collateral') return []
  const account = known.kind === 'rating' ? known.facts.account : known.facts.old
  const flags: string[] = known.facts.negative?.length ? ['listed'] : []
  if (BigInt(account.overdue || '0') > 0n) flags.push('overdue')
  if (account.limit_kind === 'amount' && usedOf(account) > boundOf(account)) flags.push('overLimit')
  if (known.kind === 'temporary_limit' && known.facts.ceiling?.over) flags.push('aboveMaximum')
  if (known.kind === 'rating' && known.facts.old && known.facts.new.grade > known.facts.old.grade)
    flags.push('gradeFalls')
  return flags
}
