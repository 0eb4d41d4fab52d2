// Texts with a form for one and one for many: {count} day | {count} days. Counts reach the
// texts as they are written, 1,234, so what decides is whether it is a plain 1.
const counted = ['count', 'days', 'customers'] as const

/** 1 for one, 2 for any other number; undefined for a text that counts nothing. */
export function pluralOf(named: unknown): number | undefined {
  if (typeof named !== 'object' || named === null) return undefined
  const values = named as Record<string, unknown>
  const name = counted.find((one) => values[one] !== undefined && values[one] !== null)
  if (!name) return undefined
  return String(values[name]) === '1' ? 1 : 2
}

type Translate = (key: string, ...rest: unknown[]) => string

/** A translation that chooses the form by the number in the text. */
export function counting<T>(translate: T): T {
  const plain = translate as Translate
  const chosen: Translate = (key, ...rest) => {
    const form = rest.length === 1 ? pluralOf(rest[0]) : undefined
    return form === undefined ? plain(key, ...rest) : plain(key, rest[0], form)
  }
  return chosen as T
}
