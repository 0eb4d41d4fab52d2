import type { components } from '@/api/schema'

export type ProjectProfile = components['schemas']['ProjectProfile']
export type ProjectRow = components['schemas']['ProjectRow']
export type Owner = components['schemas']['Owner']

export const projectStatuses = ['planned', 'supplying', 'finished', 'stopped'] as const
export const ownerKinds = ['company', 'government', 'other'] as const
/** The warning of a project as a status that the kit knows. */
export const warningStatus: Record<string, string> = {
  frozen: 'FROZEN',
  stopped: 'STOPPED',
  listed: 'LISTED',
  overdue: 'OVERDUE',
  over_limit: 'OVER_LIMIT',
  none: 'NORMAL',
}
