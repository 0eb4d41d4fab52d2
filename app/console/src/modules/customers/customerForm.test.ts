import { describe, expect, test } from 'vitest'
import {
  changeRequest,
  createRequest,
  emptyForm,
  formFaults,
  formOf,
  guardedParts,
  updateRequest,
} from './customerForm'
import type { Customer } from './types'
import { plainUscc } from './useIdentityCheck'

const customer = {
  id: 'c1',
  version: '4',
  number: 'C1',
  name: 'Ningbo Harbour',
  uscc: '91330000MA27U0000X',
  usccOverrideReason: '',
  taxNo: '',
  salesperson: { id: 'p1', name: 'Li' },
  contactName: '',
  contactPhoneMask: '138****0000',
  legalRepresentative: '',
  legalRepresentativeIdMask: '330*****9',
  bankAccountMask: '****1',
  address: '',
  creditTermDays: 30,
  settlesAdvance: false,
} as unknown as Customer

describe('form of a customer', () => {
  test('codes lose blanks and dashes and become capitals', () => {
    expect(plainUscc(' 9133 0000-ma27u0000x ')).toBe('91330000MA27U0000X')
    expect(plainUscc('\uff19\uff11')).toBe('91')
  })
  test('says what is missing before anything is sent', () => {
    expect(formFaults(emptyForm())).toEqual({
      name: 'required',
      uscc: 'required',
      creditTermDays: 'required',
    })
    expect(formFaults({ ...emptyForm(), name: 'ab', uscc: '123', creditTermDays: '731' })).toEqual({
      uscc: 'usccLength',
      creditTermDays: 'creditTerm',
    })
  })
  test('a new customer is sent trimmed', () => {
    const request = createRequest({
      ...emptyForm(),
      name: ' Ab ',
      uscc: '91330000 ma27u0000x',
      creditTermDays: '45',
    })
    expect(request).toMatchObject({ name: 'Ab', uscc: '91330000MA27U0000X', creditTermDays: 45 })
  })
  test('only what changed is sent, and the version that was seen', () => {
    expect(updateRequest(formOf(customer), customer)).toEqual({ id: 'c1', version: '4' })
    expect(updateRequest({ ...formOf(customer), address: 'Dock 1' }, customer)).toEqual({
      id: 'c1',
      version: '4',
      address: 'Dock 1',
    })
  })
  test('personal fields stay as they are until something is typed', () => {
    expect(updateRequest(formOf(customer), customer)).not.toHaveProperty('contactPhone')
    expect(updateRequest({ ...formOf(customer), contactPhone: '13900000000' }, customer)).toMatchObject({
      contactPhone: '13900000000',
    })
  })
  test('known legal data goes to approval, the rest is saved at once', () => {
    const form = {
      ...formOf(customer),
      name: ' Ningbo Port ',
      legalRepresentativeId: '33020019800101001X',
      address: 'Dock 1',
    }
    const parts = guardedParts(form, customer)
    expect(parts).toEqual(['name', 'legalRepresentativeId'])
    expect(changeRequest(form, parts)).toEqual({
      name: 'Ningbo Port',
      legalRepresentativeId: '33020019800101001X',
    })
    expect(updateRequest(form, customer)).toEqual({ id: 'c1', version: '4', address: 'Dock 1' })
  })
  test('a gap is filled without approval, and a name without a code is free', () => {
    const filled = { ...formOf(customer), legalRepresentative: 'Wang' }
    expect(guardedParts(filled, customer)).toEqual([])
    expect(updateRequest(filled, customer)).toMatchObject({ legalRepresentative: 'Wang' })
    const uncoded = { ...customer, uscc: '' }
    const named = { ...formOf(uncoded), name: 'Another', uscc: '91330000MA27U0000X' }
    expect(guardedParts(named, uncoded)).toEqual([])
    expect(updateRequest(named, uncoded)).toMatchObject({ name: 'Another', uscc: '91330000MA27U0000X' })
  })
  test('a new code takes the reason for its check digit with it', () => {
    const form = { ...formOf(customer), uscc: '91330000MA27U00010', usccOverrideReason: 'licence seen' }
    expect(changeRequest(form, guardedParts(form, customer))).toEqual({
      uscc: '91330000MA27U00010',
      usccOverrideReason: 'licence seen',
    })
    expect(updateRequest(form, customer)).toEqual({ id: 'c1', version: '4' })
  })
})
