// Short names of the contract's messages that the credit pages work on.
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Indicator = Schemas['Indicator']
export type Scoring = Schemas['Scoring']
export type ScoreOption = Schemas['ScoreOption']
export type ScoreRange = Schemas['ScoreRange']
export type TemplateItem = Schemas['TemplateItem']
export type Band = Schemas['Band']
export type Definition = Schemas['Definition']
export type Template = Schemas['Template']
export type OpenPoint = Schemas['OpenPoint']
export type ScoreResult = Schemas['ScoreResult']
export type ScoredValue = Schemas['ScoredValue']
export type ValueInput = Schemas['ValueInput']
export type Rating = Schemas['Rating']
export type RatingForm = Schemas['RatingForm']
export type Limit = Schemas['Limit']

/** In the order of the contract (000-45). */
export const categories = [
  'settlement_method',
  'contract_price',
  'quantity',
  'past_performance',
  'customer_standing',
  'customer_litigation',
  'customer_qualification',
]
export const grades = ['A', 'B', 'C', 'D']
