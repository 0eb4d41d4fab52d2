import { describe, expect, it } from 'vitest'
import { createApp, defineComponent } from 'vue'
import { testI18n } from '@/test-i18n'
import { useCoded } from './coded'

function reader() {
  let coded!: ReturnType<typeof useCoded>
  createApp(
    defineComponent(() => {
      coded = useCoded()
      return () => null
    }),
  )
    .use(testI18n('en-US'))
    .mount(document.createElement('div'))
  return coded
}

describe('useCoded', () => {
  const coded = reader()
  it('words a code itself, whatever language the text came in', () =>
    expect(coded('逾期 15 天', { code: 'overdue', params: { days: '15' } })).toBe('15 days overdue'))
  it('shows the text of a code that it does not know', () =>
    expect(coded('a new reason', { code: 'new', params: {} })).toBe('a new reason'))
  it.each([['涉诉'], ['']])('leaves %s, which a person wrote', (text) => expect(coded(text, null)).toBe(text))
  it('shows nothing where there is nothing', () => expect(coded(undefined)).toBe(''))
})
