import type { Tone } from '@/kit/status'

export const deliveryTone = (state: string): Tone =>
  (({ sent: 'success', queued: 'primary', failed: 'warning', gave_up: 'danger' }) as Record<string, Tone>)[
    state
  ] ?? 'neutral'
