import type { components } from '@/api/schema'
import type { Tone } from '@/kit/status'

export type Stop = components['schemas']['SupplyStop']
export type Verb = 'notified' | 'stopped' | 'cancelled' | 'acknowledged' | 'resumed'

export const stopTones: Record<string, Tone> = {
  prepared: 'warning',
  notified: 'warning',
  stopped: 'danger',
  acknowledged: 'danger',
  resumed: 'success',
  cancelled: 'neutral',
}

/** The steps that a person may take now. */
export function verbsOf(stop: Stop, can: (permission: string) => boolean): Verb[] {
  const credit = can('limit.apply')
  switch (stop.state) {
    case 'prepared':
      return credit ? ['notified', 'cancelled'] : []
    case 'notified':
      return credit ? ['stopped', 'cancelled'] : []
    case 'stopped':
      return [
        ...(can('credit.reserve') ? (['acknowledged'] as const) : []),
        ...(credit ? (['resumed'] as const) : []),
      ]
    case 'acknowledged':
      return credit ? ['resumed'] : []
  }
  return []
}
