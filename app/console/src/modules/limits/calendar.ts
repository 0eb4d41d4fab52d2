// The kinds of days, and where each is handled.
export const calendarKinds = [
  'rating_due',
  'paper_expires',
  'limit_ends',
  'limit_begins',
  'collateral_ends',
  'agreement_review',
] as const

/** The month, as 2026-01, that lies so many after another. */
export function monthAfter(month: string, step: number): string {
  const [year = 0, of = 1] = month.split('-').map(Number)
  const index = year * 12 + of - 1 + step
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
}

interface Entry {
  kind: string
  id: string
  customerId: string
  projectId: string
}

/** The page where an entry is handled. */
export function entryTarget(entry: Entry, tenant: string): string {
  const at = `/t/${tenant}`
  switch (entry.kind) {
    case 'rating_due':
      return `${at}/customers/${entry.customerId}/rate`
    case 'paper_expires':
      return entry.projectId
        ? `${at}/projects/${entry.projectId}?tab=papers`
        : `${at}/customers/${entry.customerId}?tab=papers`
    case 'collateral_ends':
      return `${at}/customers/${entry.customerId}?tab=collateral`
    case 'agreement_review':
      return `${at}/credit/agreements/${entry.id}`
  }
  return `${at}/limits/customers/${entry.customerId}${entry.projectId ? `?project=${entry.projectId}` : ''}`
}
