import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { beforeEach, describe, expect, test } from 'vitest'
import { ApiError } from '@/api/error'
import { allTexts, testI18n } from '@/test-i18n'
import ConfirmDialog from './ConfirmDialog.vue'
import DataTable from './DataTable.vue'
import ErrorPanel from './ErrorPanel.vue'
import MoneyInput from './MoneyInput.vue'
import StatusTag from './StatusTag.vue'
import UtilizationBar from './UtilizationBar.vue'
import { knownStatusWords, statusTone, statusWord } from './status'
import { pageWindow } from './pageWindow'
import { toCsv, unitOf, type Col } from './table'

const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:p(.*)*', component: { render: () => null } }],
})
const global = () => ({ plugins: [testI18n(), router, createPinia()] })

function onPhone(phone: boolean) {
  window.matchMedia = ((query: string) => ({
    matches: phone && query.includes('max-width: 767px'),
    media: query,
    addEventListener: () => {},
    removeEventListener: () => {},
  })) as never
}
beforeEach(() => onPhone(false))

describe('status', () => {
  test.each(['zh-CN', 'en-US'])('every known word has a text in %s', (locale) => {
    const texts = allTexts(locale).status!
    expect(knownStatusWords.filter((word) => !texts[word])).toEqual([])
    expect(Object.keys(texts).filter((word) => !knownStatusWords.includes(word))).toEqual([])
  })
  test('enums, lower case and plain words are the same', () => {
    expect(statusWord('RATING_STATUS_PENDING_APPROVAL')).toBe('PENDING_APPROVAL')
    expect(statusWord('effective')).toBe('EFFECTIVE')
    expect(statusTone('overdue')).toBe('danger')
    expect(statusTone('something new')).toBe('neutral')
  })
  test('an unknown word is shown as it came', () => {
    expect(mount(StatusTag, { props: { status: 'brand_new' }, global: global() }).text()).toBe('brand_new')
  })
})

describe('MoneyInput', () => {
  function stand(unit: 'yuan' | 'wan', start = '') {
    const value = ref(start)
    const page = mount(
      defineComponent(
        () => () =>
          h(MoneyInput, {
            label: 'x',
            unit,
            modelValue: value.value,
            'onUpdate:modelValue': (v: string) => (value.value = v),
          }),
      ),
      { global: global() },
    )
    return { value, page, input: page.get('input') }
  }
  test('wan is typed, fen is kept, and the yuan are read out', async () => {
    const { value, page, input } = stand('wan')
    await input.trigger('focus')
    await input.setValue('300')
    await input.trigger('blur')
    expect(value.value).toBe('300000000')
    expect(page.text()).toContain('即 3,000,000.00 元')
  })
  test('what does not parse leaves no half number', async () => {
    const { value, page, input } = stand('yuan', '500')
    await input.trigger('focus')
    await input.setValue('12x')
    expect(value.value).toBe('')
    expect(page.get('[role="alert"]').text()).toBe('请输入数字')
  })
  test('a minus is refused unless asked for', async () => {
    const { value, page, input } = stand('yuan')
    await input.setValue('-5')
    expect(value.value).toBe('')
    expect(page.get('[role="alert"]').text()).toBe('不能为负数')
  })
})

describe('DataTable', () => {
  interface Row {
    id: string
    name: string
    owed: string
  }
  const cols: Col<Row>[] = [
    { key: 'name', label: 'Name', to: (row) => `/c/${row.id}`, card: 'title', sortable: true },
    { key: 'owed', label: 'Owed (CNY)', type: 'money', card: 'value' },
  ]
  const rows: Row[] = [{ id: '1', name: 'Acme', owed: '123456' }]
  const stand = (props: Record<string, unknown>) =>
    mount(DataTable as never, {
      props: { id: 't', cols, rowKey: (r: Row) => r.id, caption: 'List', ...props } as never,
      global: global(),
    })

  test('is a table with sort buttons on a desktop', async () => {
    const page = stand({ rows, total: '1' })
    await flushPromises()
    expect(page.text()).toContain('1,234.56')
    expect(page.find('table').exists()).toBe(true)
    expect(page.get('a').attributes('href')).toBe('/c/1')
  })
  test('a head sorts upwards, downwards, then as the server likes', async () => {
    const page = stand({ rows, sort: '' })
    for (const [sort, aria] of [
      ['name', 'ascending'],
      ['-name', 'descending'],
      ['', undefined],
    ]) {
      await page.get('th button').trigger('click')
      expect(page.emitted('update:sort')!.at(-1)).toEqual([sort])
      await page.setProps({ sort } as never)
      expect(page.get('th').attributes('aria-sort')).toBe(aria)
    }
  })
  test('ticks one row, and all of them', async () => {
    const page = stand({
      rows: [...rows, { id: '2', name: 'Beta', owed: '0' }],
      selectable: true,
      selected: [],
    })
    const boxes = () => page.findAll('input[type=checkbox]')
    await boxes()[1]!.setValue(true)
    expect(page.emitted('update:selected')!.at(-1)).toEqual([['1']])
    await boxes()[0]!.setValue(true)
    expect(page.emitted('update:selected')!.at(-1)).toEqual([['1', '2']])
  })
  test('is a list of labelled cards on a phone', () => {
    onPhone(true)
    const page = stand({ rows })
    expect(page.find('table').exists()).toBe(false)
    expect(page.get('ul').attributes('aria-label')).toBe('List')
    expect(page.text()).toContain('1,234.56')
  })
  test('tells loading, first use, filtered away and error apart', () => {
    expect(stand({ rows: undefined }).find('.skeleton').exists()).toBe(true)
    expect(stand({ rows: [], emptyTitle: 'Nothing yet' }).text()).toContain('Nothing yet')
    expect(stand({ rows: [], filtered: true }).text()).toContain('没有符合条件的内容')
    expect(stand({ rows: undefined, error: new ApiError(503, { reason: 'UNAVAILABLE' }) }).text()).toContain(
      '服务暂时不可用',
    )
  })
})

test('an error says what, what now, and carries the request id', () => {
  const error = new ApiError(503, { reason: 'UNAVAILABLE', request_id: 'r-9' }, 7)
  const text = mount(ErrorPanel, { props: { error, retry: () => {} }, global: global() }).text()
  expect(text).toContain('服务暂时不可用')
  expect(text).toContain('7 秒')
  expect(text).toContain('r-9')
  expect(text).toContain('重试')
})

test('an error that a retry cannot mend offers none, and an unknown reason shows the server’s words', () => {
  const error = new ApiError(409, { reason: 'SOMETHING_NEW', message: 'the period is closed' })
  const text = mount(ErrorPanel, { props: { error, retry: () => {} }, global: global() }).text()
  expect(text).toContain('the period is closed')
  expect(text).not.toContain('重试')
})

test('utilization says over and no limit in words', () => {
  expect(mount(UtilizationBar, { props: { used: '134', limit: '100' }, global: global() }).text()).toContain(
    '超限',
  )
  expect(mount(UtilizationBar, { props: { used: '0', limit: '0' }, global: global() }).text()).toContain(
    '无额度',
  )
})

test('a required reason keeps the button shut', async () => {
  mount(ConfirmDialog, {
    props: { modelValue: true, title: 'T', confirmLabel: 'Do it', reason: 'required' },
    global: global(),
    attachTo: document.body,
  })
  await flushPromises()
  const button = [...document.querySelectorAll('button')].find((b) => b.textContent?.includes('Do it'))!
  expect(button.disabled).toBe(true)
})

test('a spreadsheet cell cannot run as a formula, a negative number stays one', () => {
  const csv = toCsv(['a'], [['=1+1'], ['-1,200.00'], ['@x'], ['say "hi"']])
  expect(csv).toBe('\ufeffa\r\n\'=1+1\r\n"-1,200.00"\r\n\'@x\r\n"say ""hi"""\r\n')
})

test('the pager offers first, last and neighbours, and no gap of one page', () => {
  expect(pageWindow(1, 1)).toEqual([1])
  expect(pageWindow(1, 5)).toEqual([1, 2, 0, 5])
  expect(pageWindow(3, 5)).toEqual([1, 2, 3, 4, 5])
  expect(pageWindow(50, 100)).toEqual([1, 0, 49, 50, 51, 0, 100])
  expect(pageWindow(9, 5)).toEqual([1, 0, 5])
})

describe('units in headings', () => {
  const rows = [{ currency: 'CNY' }]
  const col = (more: Partial<Col<{ currency: string }>>): Col<{ currency: string }> => ({
    key: 'amount',
    label: 'Amount',
    type: 'money',
    ...more,
  })
  test('are added where the text names none', () => {
    expect(unitOf(col({}), rows, 'CNY')).toBe('money')
    expect(unitOf(col({ type: 'volume' }), rows, 'USD')).toBe('volume')
    expect(unitOf(col({ label: 'Amount (CNY)' }), rows, 'CNY')).toBeUndefined()
    expect(unitOf(col({ type: 'percent' }), rows, 'CNY')).toBeUndefined()
  })
  test('are left out where the amounts are in another currency', () => {
    expect(unitOf(col({}), rows, 'USD')).toBeUndefined()
    expect(unitOf(col({ currency: (row) => row.currency }), rows, 'USD')).toBe('money')
    expect(unitOf(col({ currency: (row) => row.currency }), [{ currency: 'USD' }], 'CNY')).toBeUndefined()
  })
})
