// Before and after of an audit row as lines of fields: what was added, changed, taken away.

export interface DiffLine {
  /** Path of the field: limits.A.max_credit_amount, items[2].weight */
  path: string
  before: string
  after: string
  kind: 'added' | 'removed' | 'changed' | 'same'
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function flatten(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (Array.isArray(value) && value.length) {
    value.forEach((item, index) => flatten(item, `${path}[${index}]`, into))
  } else if (isObject(value) && !Array.isArray(value) && Object.keys(value).length) {
    for (const [key, item] of Object.entries(value)) flatten(item, path ? `${path}.${key}` : key, into)
  } else if (value !== undefined && value !== null) {
    into.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return into
}

/** Lines in the order of the fields; what did not change comes last. */
export function diff(before: unknown, after: unknown): DiffLine[] {
  const was = flatten(before, '', new Map())
  const is = flatten(after, '', new Map())
  const paths = [...new Set([...was.keys(), ...is.keys()])]
  const lines = paths.map((path): DiffLine => {
    const old = was.get(path)
    const now = is.get(path)
    const kind =
      old === undefined ? 'added' : now === undefined ? 'removed' : old === now ? 'same' : 'changed'
    return { path, before: old ?? '', after: now ?? '', kind }
  })
  return [...lines.filter((line) => line.kind !== 'same'), ...lines.filter((line) => line.kind === 'same')]
}
