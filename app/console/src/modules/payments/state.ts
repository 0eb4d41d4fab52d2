// What a receipt's figures say about where it stands.
import type { components } from '@/api/schema'

type Receipt = components['schemas']['Receipt']

export function receiptState(row: Receipt, word: (key: string) => string) {
  if (row.reverses || row.reversed) return { status: 'CANCELLED', label: word('reversed') }
  if (row.draft?.status === 'held') return { status: 'WAITING', label: word('held') }
  if (row.appliedBySource) return { status: 'SETTLED', label: word('bySource') }
  if (row.unapplied === '0') return { status: 'SETTLED', label: word('applied') }
  return row.unapplied === row.amount
    ? { status: 'OPEN', label: word('unapplied') }
    : { status: 'PARTIAL', label: word('partial') }
}
