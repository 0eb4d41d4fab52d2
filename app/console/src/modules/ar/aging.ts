// The two ways to cut open receivables by age (ruling 6). Not due and the four
// buckets of a scheme add up to the receivable.
import type { components } from '@/api/schema'

export type Aging = components['schemas']['Aging']
export type AgingScheme = 'months' | 'days'

const buckets = {
  months: ['notDue', 'months06', 'months612', 'months1224', 'months24'],
  days: ['notDue', 'days130', 'days3160', 'days6190', 'days91'],
} as const
export type Bucket = (typeof buckets)[AgingScheme][number]

export const agingSchemes: AgingScheme[] = ['months', 'days']
export const bucketsOf = (scheme: AgingScheme): readonly Bucket[] => buckets[scheme]

/** A scheme as it stands in the URL; anything unknown is months, the group's own scheme. */
export const agingScheme = (text: string): AgingScheme => (text === 'days' ? 'days' : 'months')

/** Share of `part` in `whole` in basis points, exact in integers; null where there is no whole. */
export function share(part: string, whole: string): number | null {
  const total = BigInt(whole || '0')
  return total > 0n ? Number((BigInt(part || '0') * 10_000n) / total) : null
}
