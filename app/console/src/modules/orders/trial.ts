// What the answer to "would this order be stopped" means in money and in m³.
import type { components } from '@/api/schema'
import type { Decision } from './decision'

export type Trial = components['schemas']['OrderTrial']
export type Remedy = components['schemas']['Remedy']

/** Whether an order goes on at a checkpoint. */
export const passes = (decision: Pick<Decision, 'outcome'>) =>
  decision.outcome === 'allow' || decision.outcome === 'warn'

/** Reasons that a smaller order does not have. */
const bySize = ['OVER_LIMIT', 'PROJECT_LIMIT', 'SHARED_LIMIT', 'GROUP_QUOTA']

/**
 * How much of the order, in fen, goes on as things are; null where its size is not what
 * stops it. The smaller of both checkpoints.
 */
export function deliverable(trial: Trial, amount: string): string | null {
  let fits = BigInt(amount)
  for (const decision of [trial.order, trial.dispatch]) {
    if (!decision || passes(decision)) continue
    for (const reason of decision.reasons) {
      if (reason.released || (reason.action !== 'hold' && reason.action !== 'block')) continue
      if (!bySize.includes(reason.code)) return null
      const rest = BigInt(amount) - (BigInt(reason.actual) - BigInt(reason.bound))
      if (rest < fits) fits = rest
    }
  }
  return (fits > 0n ? fits : 0n).toString()
}

/** A part of the order's amount as its part of the volume, in thousandths of m³, rounded down. */
export const volumeOf = (part: string, amount: string, volume: string) =>
  amount === '0' || volume === '0' ? '0' : ((BigInt(part) * BigInt(volume)) / BigInt(amount)).toString()

/** The ways out of each reason, in the order of the reasons. */
export function byReason(remedies: Remedy[]): { code: string; ways: Remedy[] }[] {
  const codes = [...new Set(remedies.map((one) => one.code))]
  return codes.map((code) => ({ code, ways: remedies.filter((one) => one.code === code) }))
}
