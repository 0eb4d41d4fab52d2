// What the walk through the main job needs beside the pages: people with their own
// contexts, made-up companies, papers and files, and the look at each page on the way.
import assert from 'node:assert/strict'
import {
  expectAccessible,
  expectNoSideScroll,
  expectQuiet,
  freshEmail,
  login,
  mailed,
  mailedCode,
  newPage,
  register,
  settled,
  shot,
} from './lib.mjs'

export const password = 'mountain-brick-42'
const run = Date.now().toString(36)

/** A name that no other run has used. */
export const fresh = (name) => `${name}${run}`

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
/** A unified social credit code that nobody has yet, with its check character (GB 32100-2015). */
export function freshUscc() {
  const digits = String(Math.floor(Math.random() * 1e9)).padStart(9, '0')
  const code = `91330100${digits}`
  const sum = [...code].reduce((all, c, i) => all + alphabet.indexOf(c) * (3 ** i % 31), 0)
  return code + alphabet[(31 - (sum % 31)) % 31]
}

/** A small PDF, so that the server's look at the content has something real. */
export const pdf = (name) => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
      '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
  ),
})

/** The business date some days from now, as the subsidiary's calendar has it. */
function day(offset) {
  const shanghai = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' })
  return shanghai.format(new Date(Date.now() + offset * 86_400_000))
}

/** Receivables of one customer in our own template: three good rows, one overdue, and a bad one. */
export function receivables(customer) {
  const row = (number, due, amount, open) =>
    [customer, '', '', number, day(due - 30), day(due), amount, open, ''].join(',')
  const text = [
    'customer_number,customer_name,uscc,document_no,invoice_date,due_date,amount,open_amount,currency',
    row('FP-1', 20, '12000.00', '12000.00'),
    row('FP-2', 10, '8000.50', '8000.50'),
    row('FP-3', -5, '5000.00', '2500.25'),
    row('FP-4', 5, '12.345', '12.34'),
  ].join('\n')
  return { name: 'receivables.csv', mimeType: 'text/csv', buffer: Buffer.from(`${text}\n`) }
}
/** What is open in the good rows, as the pages write it. */
export const openSum = '22,500.75'

/** Looks at the page as it stands: axe, width, console, and a picture for people. */
export async function look(page, name) {
  await settled(page)
  await expectAccessible(page, name)
  await expectNoSideScroll(page)
  await shot(page, `main-${name}`)
  expectQuiet(page)
}

/** Opens each page that the menu of the home page leads to, and looks at it; at another size where one is given. */
export async function everyPage(page, home, name, size) {
  await page.goto(home)
  const links = page.getByRole('navigation').getByRole('link')
  await links.first().waitFor()
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))
  const before = page.viewportSize()
  if (size) await page.setViewportSize(size)
  const faults = []
  for (const href of new Set(hrefs.filter((one) => one.startsWith(home)))) {
    try {
      await page.goto(href)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await look(page, `${name}${href.slice(home.length).replaceAll('/', '-')}`)
    } catch (fault) {
      faults.push(`${href}: ${fault.message}`)
    }
  }
  if (size) await page.setViewportSize(before)
  assert.deepEqual(faults, [])
}

/** A picture of every open page, and what its console said: what a failed step leaves behind. */
export async function picturesOf(browser) {
  const pages = browser.contexts().flatMap((context) => context.pages())
  for (const [at, page] of pages.entries()) {
    console.error(`e2e: failed-${at}.png is ${page.url()}`, page.noise)
    await shot(page, `failed-${at}`)
  }
}

/** Proves the address on the page that follows a registration. */
async function verify(page, email) {
  await page.waitForURL((url) => url.pathname === '/auth/verification')
  await page.getByLabel('验证码', { exact: true }).fill(await mailedCode(email))
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByText('邮箱验证成功').waitFor()
  await page.getByRole('link', { name: '继续' }).first().click()
}

/** Signs somebody up and proves his address; ends where he can apply for a subsidiary. */
export async function signUp(browser, name) {
  const page = await newPage(browser)
  const email = freshEmail('admin')
  await register(page, { email, name, password })
  await verify(page, email)
  await page.getByRole('heading', { name: '开通子企业' }).waitFor()
  return { page, email, name }
}

/** Fills in the application for a subsidiary and sends it. */
export async function apply({ page, name }, { company, short, uscc, code }) {
  await page.getByLabel('公司名称').fill(company)
  await page.getByLabel('公司简称').fill(short)
  await page.getByLabel('统一社会信用代码').fill(uscc)
  await page.getByText('此代码尚未开通').waitFor()
  await page.getByLabel('联系人').fill(name)
  await page.getByLabel('联系电话').fill('13800001234')
  if (code) await page.getByLabel('总公司邀请码').fill(code)
  await page.getByRole('button', { name: '提交申请' }).click()
}

/** The address part of the subsidiary that the page is in: /t/<slug>/… */
export const slugOf = (page) => new URL(page.url()).pathname.split('/')[2]

/** The administrator invites a colleague on the page of members. */
export async function invite(page, { email, name, role }) {
  await page.getByRole('button', { name: '邀请成员' }).click()
  const dialog = page.getByRole('dialog', { name: '邀请成员' })
  await dialog.getByLabel('姓名').fill(name)
  await dialog.getByLabel('邮箱').fill(email)
  await dialog.getByRole('checkbox', { name: role }).check()
  await dialog.getByRole('button', { name: '发送邀请' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('cell', { name: email, exact: true }).waitFor()
}

/** Follows the link of the mail in a browser of his own: signs up, proves the address, accepts. */
export async function join(browser, { email, name }, looked) {
  const link = await mailed(email, /(https?:\/\/\S+\/invite\/[\w-]+)/)
  const page = await newPage(browser)
  await page.goto(link)
  await page.waitForURL((url) => url.pathname === '/auth/login')
  await page.getByRole('link', { name: '创建账号' }).click()
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.getByLabel('姓名', { exact: true }).fill(name)
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '创建账号' }).click()
  await verify(page, email)
  await page.getByRole('button', { name: '接受邀请' }).waitFor()
  if (looked) await look(page, looked)
  await page.getByRole('button', { name: '接受邀请' }).click()
  await page.waitForURL((url) => url.pathname.startsWith('/t/'))
  return page
}

/** Somebody who has an account, on a device of his own. */
export async function enter(browser, { email, to, viewport }) {
  const page = await newPage(browser, { viewport })
  await login(page, { email, password, to })
  return page
}

/** Reloads until the condition holds: what HQ sees follows within seconds. */
export async function reloadUntil(page, what, holds, timeout = 30_000) {
  const deadline = Date.now() + timeout
  for (;;) {
    await settled(page)
    if (await holds()) return
    if (Date.now() > deadline) throw new Error(`${what} did not appear within ${timeout} ms at ${page.url()}`)
    await page.reload()
  }
}
