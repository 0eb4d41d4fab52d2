// A subsidiary made at the command line with its people, and what a test needs beside the
// pages it is about: calls to the API as one of them, an import of receivables, approvals.
import assert from 'node:assert/strict'
import { fresh, freshUscc, look, password } from './journey.mjs'
import { freshEmail, newPage } from './lib.mjs'
import { zhuxin } from './server.mjs'

/** Follows the printed link and code to a password of one's own; ends logged in. */
async function settleIn(browser, printed, options) {
  const [, link] = /link\s+(http\S+)/.exec(printed)
  const [, code] = /code\s+(\d{6})/.exec(printed)
  const page = await newPage(browser, options)
  await page.goto(link)
  await page.getByLabel('验证码', { exact: true }).fill(code)
  await page.getByRole('button', { name: '继续' }).click()
  await page.waitForURL((url) => url.pathname === '/auth/settings')
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('更改已保存').waitFor()
  return page
}

/** A subsidiary with its administrator's page at its first page. */
export async function newSubsidiary(browser, short) {
  const email = freshEmail('house')
  const name = fresh(`${short}建材有限公司`)
  const uscc = freshUscc()
  const printed = zhuxin(
    ...['tenant', 'create', '--name', name, '--short-name', fresh(short), '--uscc', uscc],
    ...['--admin-email', email, '--admin-name', '孙管理', '--phone', '13800001234'],
  )
  const admin = await settleIn(browser, printed)
  await admin.goto('/')
  await admin.waitForURL((url) => url.pathname.startsWith('/t/'))
  return { name, slug: new URL(admin.url()).pathname.split('/')[2], email, admin }
}

/** Somebody new with a role of the subsidiary (or of HQ, for an empty slug), logged in. */
export async function member(browser, slug, name, role, options) {
  const email = freshEmail(role.replaceAll('_', '-'))
  const printed = zhuxin(
    'tenant',
    'add-member',
    '--tenant',
    slug,
    '--email',
    email,
    '--name',
    name,
    '--role',
    role,
  )
  return await settleIn(browser, printed, options)
}

/** HQ's administrator; the indicator library, which samples of templates need, is filled with him. */
export const headquarters = (browser) =>
  settleIn(browser, zhuxin('hq', 'init', '--email', freshEmail('hq'), '--name', '郑总部'))

/** Calls the API as the person of a page; a body that is a string is sent as a file. */
export async function call(page, slug, method, path, body) {
  const answer = await page.evaluate(
    async ([tenant, verb, address, content]) => {
      const file = typeof content === 'string'
      const got = await fetch(address, {
        method: verb,
        headers: {
          'Content-Type': file ? 'application/octet-stream' : 'application/json',
          'Idempotency-Key': crypto.randomUUID(),
          ...(tenant && { 'X-Zhuxin-Tenant': tenant }),
        },
        body: content === undefined ? undefined : file ? content : JSON.stringify(content),
      })
      return { status: got.status, text: await got.text() }
    },
    [slug, method, path, body],
  )
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`)
  return JSON.parse(answer.text)
}

/** Asks again until there is an answer that holds. */
export async function until(what, ask, timeout = 60_000) {
  const deadline = Date.now() + timeout
  for (;;) {
    const found = await ask()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeout} ms`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

/** The business date some days from now, as the subsidiary's calendar has it. */
export function day(offset) {
  const shanghai = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' })
  return shanghai.format(new Date(Date.now() + offset * 86_400_000))
}

export const newCustomer = (page, slug, name, more = {}) =>
  call(page, slug, 'POST', '/v1/customers', {
    name: fresh(name),
    number: `KH-${freshUscc().slice(8)}`,
    uscc: freshUscc(),
    creditTermDays: 30,
    ...more,
  })

/** Receivables of customers, each `[number, document, due in days, amount]`, imported to the end. */
export async function owe(page, slug, rows) {
  const lines = rows.map(([number, document, due, amount]) =>
    [number, '', '', document, day(due - 30), day(due), amount, amount, ''].join(','),
  )
  const header =
    'customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency'
  const path = '/v1/receivable-imports'
  const file = await call(
    page,
    slug,
    'POST',
    `${path}:upload?file_name=a.csv`,
    `${[header, ...lines].join('\n')}\n`,
  )
  const run = await call(page, slug, 'POST', path, { fileId: file.fileId, mapping: file.proposed })
  await until('the import', async () => {
    const now = await call(page, slug, 'GET', `${path}/${run.id}`)
    assert.notEqual(now.status, 'failed', now.failure)
    return now.status === 'done'
  })
}

/** Approves what waits on a subject. */
export async function approve(page, slug, subject) {
  const { approvals } = await call(page, slug, 'GET', '/v1/approvals?box=all&page_size=100')
  const one = approvals.find((each) => each.subjectId === subject && each.status === 'pending')
  assert.ok(one, `nothing waits for ${subject}`)
  await call(page, slug, 'POST', `/v1/approvals/${one.id}:decide`, { approve: true, version: one.version })
}

/** Approves the request on the page of approvals that names the customer. */
export async function approveOnPage(page, slug, text, picture) {
  await page.goto(`/t/${slug}/approvals`)
  await page.getByRole('link', { name: text }).first().click()
  await page.getByRole('button', { name: '同意' }).first().waitFor()
  if (picture) await look(page, picture)
  await page.getByRole('button', { name: '同意' }).first().click()
  const dialog = page.getByRole('dialog', { name: '同意这项申请' })
  await dialog.getByRole('button', { name: '同意' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** Runs today's business date from the page of daily runs, to its end. */
export async function runToday(page, slug, picture) {
  await page.goto(`/t/${slug}/admin/daily-runs`)
  await page.getByRole('button', { name: '立即运行' }).click()
  await page.getByRole('dialog', { name: '立即运行' }).getByRole('button', { name: '开始运行' }).click()
  await page.getByText('的运行已开始').waitFor()
  const id = await until('the run', () => new URL(page.url()).searchParams.get('run'))
  await until('the end of the run', async () => {
    const { state } = await call(page, slug, 'GET', `/v1/daily-runs/${id}`)
    return state === 'done'
  })
  if (picture) {
    await page.reload()
    await look(page, picture)
  }
}
