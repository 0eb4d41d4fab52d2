// The shell around every page, for somebody who is logged in on the real servers.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  expectAccessible,
  expectNoSideScroll,
  expectQuiet,
  freshEmail,
  launch,
  newPage,
  phone,
  register,
  settled,
  shot,
} from './lib.mjs'

const password = 'mountain-brick-42'
let browser
before(async () => (browser = await launch()))
after(() => browser.close())

async function inside(options) {
  const page = await newPage(browser, options)
  await register(page, { email: freshEmail('shell'), password })
  return page
}

test('an address that does not exist says so and leads home', async () => {
  const page = await inside()
  await page.goto('/no/such/page')
  await page.getByText('找不到这个页面').first().waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: '返回首页' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/no/'))
  expectQuiet(page)
  await page.context().close()
})

test('a company one does not belong to shows nothing of it', async () => {
  for (const path of ['/t/not-mine', '/hq']) {
    const page = await inside()
    await page.goto(path)
    await page.getByText('您不是这家公司的成员').waitFor()
    await settled(page)
    await expectAccessible(page)
    await shot(page, `shell-no-membership${path.replaceAll('/', '-')}`)
    expectQuiet(page)
    await page.context().close()
  }
})

test('the palette opens by key, is walked by key and closes', async () => {
  const page = await inside()
  await page.goto('/t/not-mine')
  await page.getByText('您不是这家公司的成员').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '输入页面或公司名称' }).waitFor()
  await expectAccessible(page, 'palette open')
  await shot(page, 'shell-palette')
  await page.keyboard.type('设置')
  await page.getByRole('option', { name: /账号设置/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/auth/settings')
  expectQuiet(page)
  await page.context().close()
})

test('language and theme change at once and stay', async () => {
  const page = await inside()
  await page.goto('/t/not-mine')
  await page.getByRole('button', { name: /账号菜单/ }).click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await page.getByText('You are not a member of this company').waitFor()
  await page.getByRole('button', { name: /Account menu/ }).click()
  await page.getByRole('menuitem', { name: 'Dark' }).click()
  await page.waitForFunction(() => document.documentElement.classList.contains('dark'))
  await page.reload()
  await page.getByText('You are not a member of this company').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.className), 'dark')
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en-US')
  await expectAccessible(page)
  expectQuiet(page)
  await page.context().close()
})

test('the first Tab stop skips to the content', async () => {
  const page = await inside()
  await page.goto('/t/not-mine')
  await page.getByText('您不是这家公司的成员').waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '跳到正文')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content')
  await page.context().close()
})

test('on a phone the drawer and the account menu work', async () => {
  const page = await inside({ viewport: phone })
  await page.goto('/t/not-mine')
  await page.getByText('您不是这家公司的成员').waitFor()
  await expectAccessible(page)
  await expectNoSideScroll(page)
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('dialog', { name: '全部功能' }).waitFor()
  await expectAccessible(page, 'drawer open')
  await expectNoSideScroll(page)
  await shot(page, 'shell-phone-drawer')
  expectQuiet(page)
  await page.context().close()
})
