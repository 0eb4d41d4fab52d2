// Figures of the group that more than one page works out.
import type { Aging } from '@/modules/ar/aging'
import { share } from '@/modules/ar/aging'
import { ratioBasisPoints } from '@/lib/money'

/** What ties up a limit: open receivables and what is held for orders. */
export const usedOf = (aging: Aging, reserved: string) =>
  (BigInt(aging.receivable) + BigInt(reserved)).toString()

/** Overdue in receivable, basis points; null without receivables. */
export const overdueRatio = (aging: Aging) => share(aging.overdue, aging.receivable)

export const utilization = (aging: Aging, reserved: string, limit: string) =>
  ratioBasisPoints(usedOf(aging, reserved), limit)

/** Largest of strings of fen, for the length of bars. */
export const largest = (amounts: string[]) =>
  amounts.reduce((most, amount) => (BigInt(amount) > most ? BigInt(amount) : most), 0n).toString()
