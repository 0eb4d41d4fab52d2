import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { testI18n } from '@/test-i18n'
import { ApiError } from '@/api/error'
import ExportAction from './ExportAction.vue'
import { collect, fileLines, pageSize, type LoadRows } from './exportRows'
import { toCsv, type Col } from './table'

interface Row {
  id: string
}
const listOf = (length: number): Row[] => Array.from({ length }, (_, at) => ({ id: String(at) }))
/** A server that gives pages of its own largest size, whatever is asked. */
const server =
  (rows: Row[], largest = pageSize): LoadRows<Row> =>
  ({ page }) =>
    Promise.resolve({ rows: rows.slice((page - 1) * largest, page * largest), total: rows.length })
const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:p(.*)*', component: { render: () => null } }],
})
const never = new AbortController().signal
const id = (row: Row) => row.id
const words = { t: (key: string) => `<${key}>`, te: () => true }

describe('collect', () => {
  test.each([0, 1, 199, 200, 201, 1000])('takes all %i rows in order and each once', async (length) => {
    const rows = listOf(length)
    const got = await collect(server(rows), id, never)
    expect(got).toEqual({ rows, total: length, cut: false, moved: false })
  })
  test('goes on where the server gives smaller pages than were asked for', async () => {
    expect((await collect(server(listOf(95), 20), id, never)).rows).toHaveLength(95)
  })
  test('stops at the bound and says so; a list of just that length is whole', async () => {
    const asked: number[] = []
    const most = 400
    const watched: LoadRows<Row> = (at, signal) => {
      asked.push(at.page)
      return server(listOf(900))(at, signal)
    }
    const cut = await collect(watched, id, never, undefined, most)
    expect([cut.rows.length, cut.cut, cut.total]).toEqual([400, true, 900])
    expect(asked).toEqual([1, 2])
    const odd = await collect(server(listOf(900)), id, never, undefined, 450)
    expect([odd.rows.length, odd.cut]).toEqual([450, true])
    const whole = await collect(server(listOf(400)), id, never, undefined, most)
    expect([whole.rows.length, whole.cut]).toEqual([400, false])
  })
  test('a row that moved to the next page is taken once, and the reader is told', async () => {
    const load: LoadRows<Row> = ({ page }) =>
      Promise.resolve(
        page === 1
          ? { rows: [{ id: 'a' }, { id: 'b' }], total: 3 }
          : page === 2
            ? { rows: [{ id: 'b' }, { id: 'c' }], total: 4 }
            : { rows: [], total: 4 },
      )
    const got = await collect(load, id, never)
    expect(got.rows.map(id)).toEqual(['a', 'b', 'c'])
    expect(got.moved).toBe(true)
  })
  test('a cancel ends it before the next page', async () => {
    const stop = new AbortController()
    const asked: number[] = []
    const load: LoadRows<Row> = (at, signal) => {
      asked.push(at.page)
      if (at.page === 2) stop.abort()
      return server(listOf(2000))(at, signal)
    }
    await expect(collect(load, id, stop.signal)).rejects.toThrow()
    expect(asked).toEqual([1, 2])
  })
})

test('cells are plain: yuan with two decimals, ISO dates, words for codes', () => {
  const row = {
    money: '-123456789012345678',
    foreign: '5',
    rate: 1650,
    volume: '12050',
    day: '2026-11-21',
    at: '2026-11-21T16:30:00Z',
    status: 'effective',
    drawn: 'raw',
    none: null,
    grade: 'GRADE_B',
  }
  const col = (key: string, more: Partial<Col<typeof row>> = {}) => ({
    key,
    label: key.toUpperCase(),
    ...more,
  })
  const cols = [
    col('money', { type: 'money' }),
    col('foreign', { type: 'money', currency: () => 'USD' }),
    col('rate', { type: 'percent' }),
    col('volume', { type: 'volume' }),
    col('day', { type: 'date' }),
    col('at', { type: 'datetime' }),
    col('status', { type: 'status' }),
    col('drawn', { text: () => 'in words' }),
    col('none', { type: 'money' }),
    col('grade', { type: 'grade' }),
    col('act', { controls: true }),
  ]
  expect(fileLines(cols, [row], words)).toEqual({
    head: ['MONEY', 'FOREIGN', 'RATE', 'VOLUME', 'DAY', 'AT', 'STATUS', 'DRAWN', 'NONE', 'GRADE'],
    lines: [
      [
        '-1234567890123456.78',
        'USD 0.05',
        '16.5%',
        '12.05',
        '2026-11-21',
        '2026-11-22 00:30',
        '<status.EFFECTIVE>',
        'in words',
        '',
        'B',
      ],
    ],
  })
})

test.each([
  ['=1+1', "'=1+1"],
  ['+cmd', "'+cmd"],
  ['-x', "'-x"],
  ['@sum', "'@sum"],
  ['\tx', "'\tx"],
  [' =1', "' =1"],
  ['\uff1d1+1', "'\uff1d1+1"],
  ['=a,"b"', '"\'=a,""b"""'],
  ['-12.50', '-12.50'],
  ['a-b', 'a-b'],
  ['a\nb', '"a\nb"'],
  ['a\rb', '"a\rb"'],
])('the cell %j is written as %j', (cell, written) => {
  expect(toCsv([], [[cell]])).toBe(`\ufeff\r\n${written}\r\n`)
})

describe('ExportAction', () => {
  afterEach(() => vi.restoreAllMocks())
  const cols: Col<Row>[] = [{ key: 'id', label: 'Number' }]
  function stand(load: LoadRows<Row>) {
    const files: { name: string; blob: Blob }[] = []
    let last: Blob | undefined
    URL.createObjectURL = vi.fn((blob: Blob) => {
      last = blob
      return 'blob:x'
    }) as never
    URL.revokeObjectURL = vi.fn()
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      files.push({ name: this.download, blob: last! })
    })
    const page = mount(ExportAction as never, {
      props: { cols, load, rowKey: id, name: 'Holds' } as never,
      global: { plugins: [testI18n('en-US'), router] },
    })
    const press = (text: string) =>
      page
        .findAll('button')
        .find((b) => b.text().includes(text))!
        .trigger('click')
    return { page, files, press }
  }
  test('hands over one file and says how much is in it', async () => {
    const { page, files, press } = stand(server(listOf(3)))
    await press('Export')
    await flushPromises()
    expect(files).toHaveLength(1)
    expect(files[0]!.name).toMatch(/^Holds \d{4}-\d\d-\d\d\.csv$/)
    const bytes = new Uint8Array(await files[0]!.blob.arrayBuffer())
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(new TextDecoder().decode(bytes)).toBe('Number\r\n0\r\n1\r\n2\r\n')
    expect(page.text()).toContain('3 rows exported.')
  })
  test('says what the bound left out', async () => {
    const { page, press } = stand(server(listOf(5001)))
    await press('Export')
    await vi.waitFor(() =>
      expect(page.text()).toContain('The list has 5,001 rows: the file holds the first 5,000.'),
    )
  })
  test('shows how far it is and can be cancelled: no file', async () => {
    let signal: AbortSignal | undefined
    const { page, files, press } = stand((at, given) => {
      signal = given
      if (at.page === 1) return server(listOf(900))(at, given)
      return new Promise((_, reject) => given.addEventListener('abort', () => reject(ApiError.network())))
    })
    await press('Export')
    await flushPromises()
    expect(page.text()).toContain('200 of 900 rows read')
    await press('Cancel export')
    await flushPromises()
    expect(signal!.aborted).toBe(true)
    expect(files).toEqual([])
    expect(page.text()).toContain('Export cancelled, no file was made.')
    expect(page.text()).toContain('Export')
  })
  test('an error says what was tried, why it failed, and goes again', async () => {
    let broken = true
    const { page, files, press } = stand((at, signal) =>
      broken ? Promise.reject(ApiError.network()) : server(listOf(2))(at, signal),
    )
    await press('Export')
    await flushPromises()
    expect(page.text()).toContain('The export did not finish, no file was made')
    expect(files).toEqual([])
    broken = false
    await press('Try again')
    await flushPromises()
    expect(files).toHaveLength(1)
    expect(page.find('[role=alert]').exists()).toBe(false)
  })
})

// A cell that a page draws itself has no words of its own: without them the file would
// hold the code.
describe('lists that can be taken out', () => {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../modules')
  const sources = Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(vue|ts)$/.test(path))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  )
  const pages = Object.entries(sources).filter(([, text]) => /:load="/.test(text))
  test('there are such lists', () => expect(pages.length).toBeGreaterThan(10))
  test.each(pages.map(([path, text]) => [path, text]))(
    '%s gives words to the cells it draws',
    (path, text) => {
      const folder = path.slice(0, path.lastIndexOf('/'))
      const around = Object.entries(sources)
        .filter(
          ([other]) =>
            other === path ||
            (other.endsWith('.ts') && other.startsWith(folder)) ||
            text.includes(`@/modules/${other.replace('.ts', '')}'`),
        )
        .map(([, other]) => other)
        .join('\n')
      const drawn = [...text.matchAll(/#cell-([\w]+)/g)].map((match) => match[1])
      const mute = drawn.filter((key) => {
        const columns = around.split(/(?=\{\s*key: )/).filter((part) => part.includes(`key: '${key}'`))
        return !columns.some((part) =>
          /\b(text|value|type|controls)\b\s*[:,]/.test(part.split(/(?<=\n\s*|\s)\},/)[0]!),
        )
      })
      expect(mute).toEqual([])
    },
  )
})
