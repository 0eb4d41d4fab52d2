// Sums of caps, quotas and moves. Amounts are fen as strings; nothing here is a float.
import type { components } from '@/api/schema'
import type { Tone } from '@/kit/status'

type Schemas = components['schemas']
export type Cap = Schemas['Cap']
export type Quota = Schemas['Quota']
export type Move = Schemas['Move']
export type OwnQuota = Schemas['OwnQuota']
export type SharedLimit = Schemas['SharedLimit']

/** The sum of amounts; what is not typed yet counts nothing. */
export const sum = (amounts: string[]) =>
  amounts.reduce((all, one) => all + BigInt(one || '0'), 0n).toString()

/** a − b, negative when b is larger. */
export const minus = (a: string, b: string) => (BigInt(a || '0') - BigInt(b || '0')).toString()

/** What counts against a cap: all that HQ has given out, with what is on its way. */
export const given = (cap: Pick<Cap, 'amount' | 'free'>) => minus(cap.amount, cap.free)

/** What is in use above a lowered quota and still counts against the cap. */
export const above = (quota: Quota) => {
  const more = minus(quota.committed, quota.amount)
  return more.startsWith('-') ? '0' : more
}

const tones: Record<string, Tone> = {
  asked: 'warning',
  lent: 'primary',
  moved: 'success',
  refused: 'danger',
}
export const moveTone = (status: string): Tone => tones[status] ?? 'neutral'

/**
 * For whom a request waits: the lending subsidiary, or HQ where nobody lends or where
 * the lender has given more than the cap lets move freely.
 */
export const waitsFor = (move: Pick<Move, 'status' | 'fromSlug'>): '' | 'lender' | 'hq' => {
  if (move.status === 'lent') return 'hq'
  if (move.status !== 'asked') return ''
  return move.fromSlug ? 'lender' : 'hq'
}

/** From whom a subsidiary can ask quota, the one that can lend the most first. */
export const lenders = (own: OwnQuota): Quota[] =>
  (own.cap?.quotas ?? [])
    .filter((quota) => quota.slug !== own.mine?.slug && quota.slug !== '' && BigInt(quota.lendable) > 0n)
    .sort((a, b) => (BigInt(a.lendable) < BigInt(b.lendable) ? 1 : -1))
