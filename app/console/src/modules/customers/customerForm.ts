// The input of a customer: what is typed, what is wrong with it before it is sent, what is sent.
import { z } from '@/lib/zod'
import type { components } from '@/api/schema'
import type { Customer } from './types'
import { plainUscc } from './useIdentityCheck'

type Create = components['schemas']['CreateCustomerRequest']
type Update = components['schemas']['UpdateCustomerRequest']
type Change = components['schemas']['SubmitCustomerChangeRequest']

export interface CustomerForm {
  number: string
  name: string
  uscc: string
  usccOverrideReason: string
  taxNo: string
  salespersonId: string
  contactName: string
  contactPhone: string
  contactEmail: string
  legalRepresentative: string
  legalRepresentativeId: string
  bankAccount: string
  address: string
  /** Whole days; '' is not said yet, and not sent so. */
  creditTermDays: string
  settlesAdvance: boolean
}

export const emptyForm = (): CustomerForm => ({
  number: '',
  name: '',
  uscc: '',
  usccOverrideReason: '',
  taxNo: '',
  salespersonId: '',
  contactName: '',
  contactPhone: '',
  contactEmail: '',
  legalRepresentative: '',
  legalRepresentativeId: '',
  bankAccount: '',
  address: '',
  creditTermDays: '',
  settlesAdvance: false,
})

/** Personal fields come masked and are therefore empty here: empty leaves them as they are. */
export const formOf = (customer: Customer): CustomerForm => ({
  number: customer.number,
  name: customer.name,
  uscc: customer.uscc,
  usccOverrideReason: customer.usccOverrideReason,
  taxNo: customer.taxNo,
  salespersonId: customer.salesperson?.id ?? '',
  contactName: customer.contactName,
  contactPhone: '',
  contactEmail: '',
  legalRepresentative: customer.legalRepresentative,
  legalRepresentativeId: '',
  bankAccount: '',
  address: customer.address,
  creditTermDays: String(customer.creditTermDays),
  settlesAdvance: customer.settlesAdvance,
})

const schema = z.object({
  name: z.string().check(z.trim(), z.minLength(2, 'required')),
  uscc: z.string().check(z.overwrite(plainUscc), z.length(18, 'usccLength')),
  contactEmail: z
    .string()
    .check(
      z.refine((mail) => mail.trim() === '' || /^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$/.test(mail.trim()), 'email'),
    ),
  creditTermDays: z.string().check(
    z.minLength(1, 'required'),
    z.refine((days) => Number(days) <= 730, 'creditTerm'),
  ),
})

/** What is wrong by field; messages are keys below `customers.form.fault.` or `kit.validation.`. */
export function formFaults(form: CustomerForm): Partial<Record<keyof CustomerForm, string>> {
  const result = schema.safeParse(form)
  if (result.success) return {}
  const faults: Partial<Record<keyof CustomerForm, string>> = {}
  for (const issue of result.error.issues) {
    const field = issue.path[0] as keyof CustomerForm
    faults[field] ??= form[field] === '' ? 'required' : issue.message
  }
  return faults
}

const trimmed = (form: CustomerForm) => ({
  ...form,
  name: form.name.trim(),
  uscc: plainUscc(form.uscc),
  usccOverrideReason: form.usccOverrideReason.trim(),
  contactEmail: form.contactEmail.trim(),
  legalRepresentative: form.legalRepresentative.trim(),
  legalRepresentativeId: form.legalRepresentativeId.trim(),
  creditTermDays: Number(form.creditTermDays),
})

export const createRequest = (form: CustomerForm): Create => trimmed(form)

export const legalParts = ['name', 'uscc', 'legalRepresentative', 'legalRepresentativeId'] as const
export type LegalPart = (typeof legalParts)[number]

/**
 * What the customer legally is, where it is known and the form says otherwise: that
 * changes by approval only. Filling a gap needs none, and without a code a name is what
 * a file happened to say.
 */
export function guardedParts(form: CustomerForm, customer: Customer): LegalPart[] {
  const before = trimmed(formOf(customer))
  const now = trimmed(form)
  const known: Record<LegalPart, boolean> = {
    name: customer.uscc !== '',
    uscc: customer.uscc !== '',
    legalRepresentative: customer.legalRepresentative !== '',
    legalRepresentativeId: customer.legalRepresentativeIdMask !== '',
  }
  return legalParts.filter((part) => known[part] && now[part] !== before[part])
}

/** The parts that go to approval; a code goes with the reason why its check digit is accepted. */
export function changeRequest(form: CustomerForm, parts: LegalPart[]): Change {
  const now = trimmed(form)
  const changes: Change = {}
  for (const part of parts) changes[part] = now[part]
  if (parts.includes('uscc')) changes.usccOverrideReason = now.usccOverrideReason
  return changes
}

/**
 * Only what differs from the customer and needs no approval; personal fields only when
 * something was typed.
 */
export function updateRequest(form: CustomerForm, customer: Customer): Update {
  const before = trimmed(formOf(customer))
  const now = trimmed(form)
  const guarded: string[] = guardedParts(form, customer)
  if (guarded.includes('uscc')) guarded.push('usccOverrideReason')
  const changes: Record<string, unknown> = {}
  for (const key of Object.keys(now) as (keyof typeof now)[]) {
    if (key !== 'number' && !guarded.includes(key) && now[key] !== before[key]) changes[key] = now[key]
  }
  return { ...changes, id: customer.id, version: customer.version } as Update
}
