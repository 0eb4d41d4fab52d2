// The parts of a limit and its use. They add up: receivable + reserved + delivered +
// reconciled + drafts − advances is what is used, and with what is free it is the limit
// with its cover.
import type { Standing } from './types'

export const useParts = ['receivable', 'reserved', 'delivered', 'reconciled', 'drafts'] as const
type Key = (typeof useParts)[number] | 'advances' | 'free'

export interface Waterfall {
  granted: bigint
  used: bigint
  unlimited: boolean
  /** Fen above the limit; 0 within it. */
  over: bigint
  /** In the order of the bar; advances are negative. Width in percent of the bar. */
  parts: { key: Key; fen: bigint; width: number }[]
  /** Where in the bar the excess begins, in percent; only when over. */
  overFrom: number
}
const always: Key[] = ['receivable', 'reserved', 'free']

export function waterfall(standing: Standing): Waterfall {
  const fen = (key: keyof Standing) => BigInt((standing[key] as string) || '0')
  const unlimited = standing.limitKind === 'unlimited'
  const granted = fen('standingLimit') + fen('temporaryLimit') + fen('cover')
  const used = fen('exposure')
  const over = !unlimited && used > granted ? used - granted : 0n
  const free = unlimited || over ? 0n : granted - used
  const amounts: [Key, bigint][] = useParts.map((key) => [key, fen(key)])
  // What the customer has with us (advances, a surplus of credit notes) makes room
  // beside the limit: the bar is as long as what is used before it, and what is free.
  const positive = amounts.reduce((sum, [, amount]) => sum + (amount > 0n ? amount : 0n), 0n)
  const whole = positive + free
  const share = (amount: bigint) => (whole > 0n && amount > 0n ? Number((amount * 10_000n) / whole) / 100 : 0)
  amounts.push(['advances', -fen('advances')])
  if (!unlimited) amounts.push(['free', free])
  return {
    granted,
    used,
    unlimited,
    over,
    parts: amounts
      .filter(([key, amount]) => amount !== 0n || always.includes(key))
      .map(([key, amount]) => ({ key, fen: amount, width: share(amount) })),
    overFrom: share(whole - over),
  }
}
