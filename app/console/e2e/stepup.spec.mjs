// The second verification of key operations, with the real Kratos: switched on, asked
// for over a filled-in form, an authenticator app set up in another tab on the way, the
// code, and the form that was never lost.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enter, fresh, freshUscc, password } from './journey.mjs'
import {
  expectAccessible,
  expectNoSideScroll,
  expectQuiet,
  freshEmail,
  launch,
  newPage,
  phone,
  settled,
  shot,
  totp,
} from './lib.mjs'
import { zhuxin } from './server.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** A subsidiary made at the command line; its administrator sets his password by the printed code. */
async function newSubsidiary() {
  const email = freshEmail('verify')
  const printed = zhuxin(
    ...['tenant', 'create', '--name', fresh('城西建材有限公司'), '--short-name', fresh('城西')],
    ...['--uscc', freshUscc(), '--admin-email', email, '--admin-name', '孙管理', '--phone', '13800001234'],
  )
  const [, link] = /link\s+(http\S+)/.exec(printed)
  const [, code] = /code\s+(\d{6})/.exec(printed)
  const page = await newPage(browser)
  await page.goto(link)
  await page.getByLabel('验证码', { exact: true }).fill(code)
  await page.getByRole('button', { name: '继续' }).click()
  await page.waitForURL((url) => url.pathname === '/auth/settings')
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('更改已保存').waitFor()
  await page.context().close()
  const admin = await enter(browser, { email, to: '/' })
  await admin.waitForURL((url) => url.pathname.startsWith('/t/'))
  return { page: admin, slug: new URL(admin.url()).pathname.split('/')[2] }
}

const customerOf = (page, slug, uscc) =>
  page.evaluate(
    async ([tenant, code]) => {
      const answer = await fetch('/v1/customers', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Zhuxin-Tenant': tenant },
        body: JSON.stringify({ name: '远山建设有限公司', uscc: code }),
      })
      return (await answer.json()).id
    },
    [slug, uscc],
  )

test('a limit is changed with a code of the authenticator app, and nothing typed is lost', async () => {
  const { page, slug } = await newSubsidiary()
  const id = await customerOf(page, slug, freshUscc())
  assert.ok(id, 'a customer')

  await page.goto(`/t/${slug}/admin/approval-flows`)
  await page.getByText('额度变更', { exact: true }).click()
  await page.getByRole('button', { name: '保存二次验证设置' }).click()
  await page.getByText('二次验证设置已保存').waitFor()
  await settled(page)
  await expectAccessible(page)
  await shot(page, 'step-up-settings', { fullPage: true })

  await page.goto(`/t/${slug}/limits/customers/${id}`)
  await page.getByLabel('新额度').fill('300')
  await page.getByLabel('调整原因').fill('旺季用量增加')
  await page.getByRole('button', { name: '提交审批' }).click()
  const dialog = page.getByRole('dialog', { name: '二次验证' })
  await dialog.getByText('您还没有设置验证器应用').waitFor()
  await settled(page)
  await expectAccessible(page)
  await shot(page, 'step-up-enrol')

  // Turning away leaves the form as it was.
  await dialog.getByRole('button', { name: '取消' }).click()
  await page.getByText('此操作需要二次验证，尚未提交').waitFor()
  assert.equal(await page.getByLabel('调整原因').inputValue(), '旺季用量增加')

  await page.getByRole('button', { name: '提交审批' }).click()
  const [account] = await Promise.all([
    page.context().waitForEvent('page'),
    dialog
      .getByRole('button', { name: '去设置验证器' })
      .or(dialog.getByRole('link', { name: '去设置验证器' }))
      .click(),
  ])
  const secret = (await account.locator('[data-group="totp"] code').first().innerText()).trim()
  await account.getByLabel('动态验证码').fill(totp(secret))
  await account.getByRole('button', { name: '保存' }).click()
  await account.getByText('更改已保存').waitFor()
  await account.close()

  await dialog.getByRole('button', { name: '我已设置好' }).click()
  await dialog.getByLabel('动态验证码').fill('000000')
  await dialog.getByRole('button', { name: '验证并继续' }).click()
  await dialog.getByText('验证码不正确').waitFor()
  await page.setViewportSize(phone)
  await expectNoSideScroll(page)
  await expectAccessible(page)
  await shot(page, 'step-up-code-phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  await dialog.getByLabel('动态验证码').fill(totp(secret))
  await shot(page, 'step-up-code')
  await page.keyboard.press('Enter')
  await page.getByText('已提交，等待审批').waitFor()
  await dialog.waitFor({ state: 'hidden' })
  expectQuiet(page)

  // The switch itself needs a code from now on.
  await page.goto(`/t/${slug}/admin/approval-flows`)
  await page.getByText('额度变更', { exact: true }).click()
  await page.getByRole('button', { name: '保存二次验证设置' }).click()
  await dialog.getByText('权限与规则的修改属于关键操作').waitFor()
  await dialog.getByRole('button', { name: '取消' }).click()
  await page.context().close()
})
