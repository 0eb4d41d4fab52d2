// Stages of an agreement, mildest first, and the triggers that lead to them.
import type { components } from '@/api/schema'

export type Agreement = components['schemas']['Agreement']
export type Trigger = components['schemas']['Trigger']

export const stages = ['dunning_letter', 'stop_supply', 'lawyer_letter', 'lawsuit'] as const

/** The tone a reached stage is shown in. */
export const toneOf = (stage: string) =>
  stage === 'none' ? 'success' : stage === 'dunning_letter' ? 'warning' : 'danger'

/** The first stage that an agreement has and has not reached. */
export function nextOf(agreement: Agreement): Trigger | undefined {
  const at = stages.indexOf(agreement.stage as (typeof stages)[number])
  return agreement.triggers.find((trigger) => stages.indexOf(trigger.stage as (typeof stages)[number]) > at)
}
