// A flow's step as it is edited: actors and amounts as texts that fields can hold.
import { useI18n } from 'vue-i18n'
import type { components } from '@/api/schema'
import type { SelectOption } from '@/kit/SelectField.vue'

export type FlowStep = components['schemas']['FlowStep']

export interface DraftStep {
  key: string
  name: string
  kind: string
  mode: string
  /** role:approver, person:<id>, superior:1 */
  actors: string[]
  minAmount: string
  maxAmount: string
  grades: string[]
  /** Whole percent. */
  minRise: string
  length: string
  unit: string
  remindHours: string
  /** '', superior, or role:<role> */
  escalateTo: string
}

let made = 0
export const emptyStep = (): DraftStep => ({
  key: `step-${made++}`,
  name: '',
  kind: 'approve',
  mode: 'any',
  actors: ['role:approver'],
  minAmount: '',
  maxAmount: '',
  grades: [],
  minRise: '',
  length: '',
  unit: 'days',
  remindHours: '',
  escalateTo: '',
})

export const toDraft = (step: FlowStep): DraftStep => ({
  ...emptyStep(),
  name: step.name,
  kind: step.kind,
  mode: step.mode,
  actors: step.actors.map((one) =>
    one.kind === 'role'
      ? `role:${one.role}`
      : one.kind === 'person'
        ? `person:${one.personId}`
        : `superior:${one.level || 1}`,
  ),
  minAmount: step.minAmount ?? '',
  maxAmount: step.maxAmount ?? '',
  grades: [...step.grades],
  minRise: step.minRise ? String(Number(step.minRise) / 100) : '',
  length: step.deadline ? String(step.deadline.length) : '',
  unit: step.deadline?.unit ?? 'days',
  remindHours: step.deadline?.remindHours ? String(step.deadline.remindHours) : '',
  escalateTo:
    step.deadline?.escalateTo === 'role' ? `role:${step.deadline.role}` : (step.deadline?.escalateTo ?? ''),
})

/** What the server takes; numbers that are none go as they are refused: as 0 or absent. */
export function fromDraft(step: DraftStep) {
  const [to = '', role = ''] = step.escalateTo.split(':')
  return {
    name: step.name,
    kind: step.kind,
    mode: step.mode,
    actors: step.actors.map((one) => {
      const [kind = '', value = ''] = one.split(':')
      return {
        kind,
        role: kind === 'role' ? value : '',
        personId: kind === 'person' ? value : '',
        level: kind === 'superior' ? Number(value) : 0,
      }
    }),
    minAmount: step.minAmount || undefined,
    maxAmount: step.maxAmount || undefined,
    grades: step.grades,
    minRise: step.minRise ? String(Math.round(Number(step.minRise) * 100) || 0) : undefined,
    deadline: step.length
      ? {
          length: Math.trunc(Number(step.length)) || 0,
          unit: step.unit,
          remindHours: Math.trunc(Number(step.remindHours)) || 0,
          escalateTo: to,
          role,
        }
      : undefined,
  }
}

const roles = ['approver', 'credit_reviewer', 'finance', 'administrator', 'salesperson']

/** Whom a step can name: roles, superiors of the submitter, persons. */
export function useActors() {
  const { t } = useI18n()
  const options = (people: SelectOption<string>[]): SelectOption<string>[] => [
    ...roles.map((role) => ({
      value: `role:${role}`,
      label: t('approvals.flow.role', { role: t(`common.role.${role}`) }),
    })),
    ...[1, 2, 3].map((level) => ({
      value: `superior:${level}`,
      label: t(`approvals.flow.superior.${level}`),
    })),
    ...people.map((one) => ({ ...one, value: `person:${one.value}` })),
  ]
  return { options }
}
