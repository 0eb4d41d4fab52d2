import type { Tone } from '@/kit/status'

export const categories = ['normal', 'special_mention', 'substandard', 'doubtful', 'loss'] as const
export const tabs = ['classification', 'expected_loss', 'cash_in'] as const
export type Tab = (typeof tabs)[number]

const tones: Record<string, Tone> = {
  normal: 'success',
  special_mention: 'primary',
  substandard: 'warning',
  doubtful: 'danger',
  loss: 'danger',
}
export const categoryTone = (category: string): Tone => tones[category] ?? 'neutral'

/** Part of a whole in basis points, exact until the last division; 0 of nothing. */
export function partOf(part: string, whole: string): number {
  const all = BigInt(whole)
  return all === 0n ? 0 : Number((BigInt(part) * 10_000n) / all)
}

export const add = (...fen: string[]): string => fen.reduce((sum, one) => sum + BigInt(one), 0n).toString()
