import type { components } from '@/api/schema'

export type Connection = components['schemas']['Connection']
export type FeedState = components['schemas']['FeedState']
export type LimitPush = components['schemas']['LimitPush']
export type Reject = components['schemas']['Reject']
export type Run = components['schemas']['Run']

/** What each make of ERP can give, in the order in which records build on each other. */
export const feedsOf: Record<string, string[]> = {
  kingdee_k3cloud: ['customers', 'contracts', 'orders', 'deliveries', 'receivables', 'receipts'],
  tryton: ['customers', 'orders', 'deliveries', 'receivables'],
  yonyou_u8: ['customers', 'receivables', 'receipts'],
  files: ['customers', 'contracts', 'orders', 'deliveries', 'receivables', 'receipts', 'drafts'],
}
