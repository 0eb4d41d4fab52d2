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

/** A stage as it is typed; one that is off is not agreed. */
export interface StageDraft {
  stage: string
  on: boolean
  days: string
  amount: string
  join: string
}

/** Every stage, with what is agreed of it. */
export const draftsOf = (triggers: Trigger[]): StageDraft[] =>
  stages.map((stage) => {
    const trigger = triggers.find((one) => one.stage === stage)
    return {
      stage,
      on: Boolean(trigger),
      days: trigger?.days ? String(trigger.days) : '',
      amount: trigger && trigger.amount !== '0' ? trigger.amount : '',
      join: trigger?.join || 'or',
    }
  })

export const triggersOf = (drafts: StageDraft[]): Trigger[] =>
  drafts
    .filter((draft) => draft.on)
    .map((draft) => ({
      stage: draft.stage,
      days: Number(draft.days) || 0,
      amount: draft.amount || '0',
      join: draft.join,
    }))
