// Every word that the text of an event takes from another module's texts has a place
// there: one that has not would be left out in silence.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const here = import.meta.dirname
const source = readFileSync(join(here, 'useEventText.ts'), 'utf8')
const prefixes = [...source.matchAll(/word\(`([\w.]+)\.\$\{/g)].map((found) => found[1]!)

function lookUp(language: string, key: string): unknown {
  const [module, ...path] = key.split('.')
  const file = join(here, '../../locales', language, `${module}.json`)
  return path.reduce<unknown>(
    (at, step) => (at as Record<string, unknown> | undefined)?.[step],
    JSON.parse(readFileSync(file, 'utf8')),
  )
}

describe('words of an event', () => {
  it('are found in the source', () => expect(prefixes.length).toBeGreaterThan(8))
  it.each(['zh-CN', 'en-US'])('have a place in %s', (language) => {
    const missing = prefixes.filter((prefix) => typeof lookUp(language, prefix) !== 'object')
    expect(missing).toEqual([])
  })
})
