// The input of a customer: what is typed, what is wrong with it before it is sent, what is sent.
import { z } from '@/lib/zod'
import type { components } from '@/api/schema'
import type { Customer } from './types'
import { plainUscc } from './useIdentityCheck'

type Create = components['schemas']['CreateCustomerRequest']
type Update = components['schemas']['UpdateCustomerRequest']

export interface CustomerForm {
  number: string
  name: string
  uscc: string
  usccOverrideReason: string
  taxNo: string
  salespersonId: string
  contactName: string
  contactPhone: string
  legalRepresentative: string
  legalRepresentativeId: string
  bankAccount: string
  address: string
  /** Whole days; '' is not said. */
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
  legalRepresentative: customer.legalRepresentative,
  legalRepresentativeId: '',
  bankAccount: '',
  address: customer.address,
  creditTermDays: String(customer.creditTermDays),
  settlesAdvance: customer.settlesAdvance,
})

const schema = z.object({
  name: z.string().trim().min(2, 'required'),
  uscc: z.string().transform(plainUscc).pipe(z.string().length(18, 'usccLength')),
  creditTermDays: z.string().refine((days) => days === '' || Number(days) <= 730, 'creditTerm'),
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
  creditTermDays: form.creditTermDays === '' ? 0 : Number(form.creditTermDays),
})

export const createRequest = (form: CustomerForm): Create => trimmed(form)

/** Only what differs from the customer; personal fields only when something was typed. */
export function updateRequest(form: CustomerForm, customer: Customer): Update {
  const before = trimmed(formOf(customer))
  const now = trimmed(form)
  const changes: Record<string, unknown> = {}
  for (const key of Object.keys(now) as (keyof typeof now)[]) {
    if (key !== 'number' && now[key] !== before[key]) changes[key] = now[key]
  }
  return { ...changes, id: customer.id, version: customer.version } as Update
}
