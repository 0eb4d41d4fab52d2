import type { components } from '@/api/schema'

export type Collateral = components['schemas']['Collateral']
export type Rates = components['schemas']['CollateralRates']

export const kinds = ['guarantee', 'mortgage', 'pledge', 'deposit', 'bank_guarantee'] as const
export type Kind = (typeof kinds)[number]
export const states = [
  'active',
  'upcoming',
  'submitted',
  'ended',
  'released',
  'returned',
  'rejected',
  'withdrawn',
] as const

/** What is mortgaged or pledged has a value that somebody has to estimate. */
export const isAppraised = (kind: string) => kind === 'mortgage' || kind === 'pledge'
/** Without a number of registration or letter there is none of these. */
export const needsNumber = (kind: string) => isAppraised(kind) || kind === 'bank_guarantee'

/** The rate of a kind in basis points. */
export const rateOf = (rates: Rates, kind: Kind) =>
  kind === 'bank_guarantee' ? rates.bankGuarantee : rates[kind]

/** What counts, in fen: the smaller of the two amounts by the rate, rounded down. */
export function worth(guaranteed: string, appraised: string, rate: number): string {
  if (!guaranteed) return ''
  let base = BigInt(guaranteed)
  if (appraised && BigInt(appraised) < base) base = BigInt(appraised)
  return base > 0n ? String((base * BigInt(rate)) / 10_000n) : '0'
}

const soonDays = 30
/** Whether one in force has its last day within thirty days; dates are YYYY-MM-DD. */
export const endsSoon = (one: Pick<Collateral, 'status' | 'endsOn'>, today: string) =>
  one.status === 'active' &&
  Boolean(one.endsOn) &&
  Date.parse(one.endsOn) - Date.parse(today) <= soonDays * 86_400_000

/** Keys of the words that say where an item stands. */
export const standing = (item: Collateral, now: string): string[] => [
  endsSoon(item, now) ? 'collateral.endsSoon' : `collateral.status.${item.status}`,
  ...(item.uncounted === 'none' ? [] : [`collateral.uncounted.${item.uncounted}`]),
]
