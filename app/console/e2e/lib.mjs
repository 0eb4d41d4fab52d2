// What every browser test shares: one Chromium with the flags it needs here, pages that
// collect noise, login through the real Kratos pages, axe, width and pictures.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const axeSource = fs.readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const shotFolder = process.env.ZHUXIN_E2E_SHOTS ?? fileURLToPath(new URL('../.shots/', import.meta.url))

/** Address of the running console, without a trailing slash; run.mjs refuses to start without it. */
export const baseURL = (process.env.ZHUXIN_E2E_URL ?? process.env.ZHUXIN_PUBLIC_URL ?? '').replace(/\/$/, '')

export const desktop = { width: 1440, height: 900 }
export const phone = { width: 390, height: 844 }

/** Starts Chromium; the caller closes it. No runner download: Debian's own browser is used. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.ZHUXIN_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox', // the tests run as root in containers
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/**
 * A fresh person: own cookies, own storage. `noise` of the returned page lists console
 * errors, page errors and CSP reports; expectQuiet checks it.
 */
export async function newPage(
  browser,
  { viewport = desktop, dark = false, locale = 'zh-CN', base = baseURL } = {},
) {
  const context = await browser.newContext({
    viewport,
    hasTouch: viewport.width < 768,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    colorScheme: dark ? 'dark' : 'light',
    baseURL: base,
  })
  await context.addInitScript((chosen) => {
    if (!localStorage.getItem('zhuxin.preferences')) {
      localStorage.setItem('zhuxin.preferences', JSON.stringify({ locale: chosen }))
    }
  }, locale)
  context.setDefaultTimeout(60_000) // the servers, and often a build, share the two cores
  const page = await context.newPage()
  page.noise = []
  page.pending = new Set()
  page.on('request', (request) => page.pending.add(request))
  page.on('requestfinished', (request) => page.pending.delete(request))
  page.on('requestfailed', (request) => page.pending.delete(request))
  page.on('pageerror', (error) => page.noise.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !isAnswer(text)) page.noise.push(`console: ${text}`)
    if (message.type() === 'warning' && text.includes('[Vue')) page.noise.push(`vue: ${text}`)
  })
  return page
}

// Chromium logs each 4xx answer; the tests that provoke them check what is shown instead.
const isAnswer = (text) => /^Failed to load resource: the server responded with a status of 4\d\d/.test(text)

/** No console error, page error, CSP report or Vue warning so far. */
export function expectQuiet(page) {
  assert.deepEqual(page.noise, [], 'the browser console must stay quiet')
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** Violations that axe finds on the page as it stands. */
export async function axe(page) {
  await page.evaluate(axeSource)
  const result = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), tags)
  return result.violations.map(
    (v) =>
      `${v.id} (${v.impact}): ${v.nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 160))
        .join(' | ')}`,
  )
}

export async function expectAccessible(page, where) {
  assert.deepEqual(await axe(page), [], `axe on ${where ?? page.url()}`)
}

/**
 * Nothing wider than the screen. Compared with the configured width, because Chromium
 * widens innerWidth together with an overflow and a comparison with it never fires.
 */
export async function expectNoSideScroll(page) {
  const { width } = page.viewportSize()
  const found = await page.evaluate((limit) => {
    const wide = [...document.querySelectorAll('body *')].filter((element) => {
      const box = element.getBoundingClientRect()
      return box.right > limit + 1 && box.width > 0 && getComputedStyle(element).position !== 'fixed'
    })
    return {
      scroll: document.documentElement.scrollWidth,
      wide: wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)),
    }
  }, width)
  assert.ok(
    found.scroll <= width,
    `page is ${found.scroll} px wide at ${width} px: ${found.wide.join(' | ')}`,
  )
}

/** A picture for people to look at; kept as an artefact, never compared. */
export async function shot(page, name, options = {}) {
  fs.mkdirSync(shotFolder, { recursive: true })
  await page.screenshot({ path: path.join(shotFolder, `${name}.png`), ...options })
}

/**
 * Waits until the page has its content: no request under way, no skeleton, and two frames
 * that started none. (The kit page always shows a skeleton.) Not networkidle: that waits
 * half a second each time, and only for the first page of a router.
 */
export async function settled(page) {
  await page.waitForLoadState('load')
  do {
    while (page.pending.size) await page.waitForTimeout(20)
    await page.waitForFunction(() => !document.querySelector('.skeleton, .waiting, .bones'))
    await page.waitForFunction(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
    )
  } while (page.pending.size)
}

let counter = 0
/** An address that nobody has yet. */
export const freshEmail = (name = 'person') =>
  `${name}.${Date.now().toString(36)}${counter++}@e2e.zhuxin.test`

/** Signs up through the real pages; ends logged in on whatever page follows. */
export async function register(page, { email, name = '测试员', password }) {
  await page.goto('/auth/registration')
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.getByLabel('姓名', { exact: true }).fill(name)
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '创建账号' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/auth/registration'))
}

/** Logs in through the real page; ends on the page asked for. */
export async function login(page, { email, password, to = '/' }) {
  await page.goto(`/auth/login?return_to=${encodeURIComponent(to)}`)
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/auth/login'))
}

/**
 * Opens a select by its label and takes an option. By keyboard, because Element lays the
 * placeholder over the input and a pointer never reaches it. The options are those of the
 * select's own list: the list of the select before may still be closing.
 */
export async function choose(page, label, option) {
  const box = page.getByRole('combobox', { name: label, exact: true }).first()
  await box.focus()
  await page.keyboard.press('Enter')
  if (option === undefined) return
  const list = page.locator(`[id="${await box.getAttribute('aria-controls')}"]`)
  await list.getByRole('option', { name: option }).first().click()
}

export async function logout(page) {
  await page.goto('/auth/logout')
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.waitForURL((url) => url.pathname === '/auth/login')
}

/**
 * The newest match of a pattern in the mails to an address, from the mail sink's JSON
 * (ZHUXIN_MAIL_URL, as the dev stack sets it); waits for the sender, which works in the
 * background. The match is the pattern's first group; `not` skips one that was used already.
 */
export async function mailed(email, pattern, { not = '', timeout = 30_000 } = {}) {
  const sink = process.env.ZHUXIN_MAIL_URL
  assert.ok(sink, 'ZHUXIN_MAIL_URL names the mail sink (deploy/dev/devstack sets it); mails are read from it')
  const deadline = Date.now() + timeout
  while (Date.now() < deadline) {
    const mails = await (await fetch(`${sink}/api/mails?to=${encodeURIComponent(email)}&limit=10`)).json()
    for (const mail of mails ?? []) {
      const found = pattern.exec(mail.text || mail.html)?.[1]
      if (found && found !== not) return found
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`no mail to ${email} matched ${pattern} within ${timeout} ms; is the sender running?`)
}

/** The newest six-digit code mailed to an address. */
export const mailedCode = (email, options) => mailed(email, /(?:^|\D)(\d{6})(?:\D|$)/, options)

/** Six digits of RFC 6238 for a base32 secret, as an authenticator app shows them. */
export function totp(secret, step = 0) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
