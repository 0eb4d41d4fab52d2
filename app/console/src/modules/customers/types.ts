import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Customer = Schemas['Customer']
export type CustomerSummary = Schemas['CustomerSummary']
export type Standing = Schemas['Standing']
export type Aging = Schemas['Aging']
export type IdentityCheck = Schemas['IdentityCheck']
export type NegativeHit = Schemas['NegativeHit']
export type Project = Schemas['Project']
export type Document = Schemas['Document']
export type Limit = Schemas['Limit']
export type Receivable = Schemas['Receivable']
export type CustomerHistory = Schemas['CustomerHistory']
export type CustomerChange = Schemas['CustomerChange']
export type CustomerEvent = Schemas['CustomerEvent']

/** What a paper can be; evidence of a listing comes in with the listing. */
export const documentKinds = [
  'business_licence',
  'legal_representative_id',
  'power_of_attorney',
  'qualification',
  'contract',
  'collateral',
  'other',
] as const
export const documentEndings = ['.pdf', '.jpg', '.jpeg', '.png']
export const documentMaxBytes = 20 * 1024 * 1024
export const purposes = ['rating', 'limit', 'order', 'other'] as const
