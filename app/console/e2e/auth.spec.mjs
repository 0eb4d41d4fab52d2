// The identity pages on a real Kratos: sign-up with verification, login, recovery,
// settings with a second factor, and what happens to lost, foreign and expired flows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  baseURL,
  desktop,
  expectAccessible,
  expectNoSideScroll,
  expectQuiet,
  freshEmail,
  launch,
  login,
  logout,
  mailedCode,
  newPage,
  phone,
  register,
  settled,
  shot,
  totp,
} from './lib.mjs'

const password = 'mountain-brick-42'
let browser
before(async () => (browser = await launch()))
after(() => browser.close())

async function newPerson() {
  const page = await newPage(browser)
  const email = freshEmail()
  await register(page, { email, password })
  return { page, email }
}

test('signs up, verifies the address by code and comes in', async () => {
  const page = await newPage(browser)
  const email = freshEmail('signup')
  await register(page, { email, name: '王建国', password })
  await page.waitForURL((url) => url.pathname === '/auth/verification')
  await settled(page)
  await shot(page, 'auth-verification')
  await expectAccessible(page)

  await page.getByLabel('验证码', { exact: true }).fill('000000')
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByText('验证码不正确或已使用').waitFor()

  await page.getByLabel('验证码', { exact: true }).fill(await mailedCode(email))
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByText('邮箱验证成功').waitFor()
  await page.getByRole('link', { name: '继续' }).first().click()
  await page.waitForURL((url) => !url.pathname.startsWith('/auth/'))
  expectQuiet(page)
  await page.context().close()
})

test('says in Chinese what is wrong with a sign-up and keeps what was typed', async () => {
  const { page, email } = await newPerson()
  await logout(page)
  await page.goto('/auth/registration')
  await page.getByRole('button', { name: '创建账号' }).click()
  assert.equal(await page.getByText('请填写此项').count(), 3, 'all empty fields at once')
  assert.equal(
    await page.evaluate(() => document.activeElement.name),
    'traits.email',
    'focus on the first fault',
  )

  await page.getByLabel('邮箱', { exact: true }).fill('nobody')
  await page.getByLabel('姓名', { exact: true }).fill('李娜')
  await page.locator('input[name="password"]').fill('short')
  await page.getByRole('button', { name: '创建账号' }).click()
  await page.getByText('邮箱格式不正确').waitFor()
  assert.equal(await page.getByLabel('姓名', { exact: true }).inputValue(), '李娜')

  await page.getByLabel('邮箱', { exact: true }).fill(freshEmail())
  await page.locator('input[name="password"]').fill('short')
  await page.getByRole('button', { name: '创建账号' }).click()
  await page.getByText('密码至少 10 个字符').waitFor()
  await shot(page, 'auth-registration-fault')

  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '创建账号' }).click()
  await page.getByText('该邮箱已有账号').waitFor()
  expectQuiet(page)
  await page.context().close()
})

test('refuses a wrong password, then logs in to the page that was asked for', async () => {
  const { page, email } = await newPerson()
  await logout(page)
  await page.goto('/auth/login?return_to=%2Fauth%2Fsettings%3Ftab%3Dappearance')
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.locator('input[name="password"]').fill('not-the-password')
  await page.keyboard.press('Enter')
  await page.getByText('账号或密码不正确').waitFor()
  await expectAccessible(page)
  await shot(page, 'auth-login-fault')
  assert.equal(await page.getByLabel('邮箱', { exact: true }).inputValue(), email)

  await page.locator('input[name="password"]').fill(password)
  await page.keyboard.press('Enter')
  await page.waitForURL(
    (url) => url.pathname === '/auth/settings' && url.searchParams.get('tab') === 'appearance',
  )

  await page.goto('/auth/login')
  await page.waitForURL((url) => !url.pathname.startsWith('/auth/login'))
  expectQuiet(page)
  await page.context().close()
})

test('sends who is not logged in to the login page and back', async () => {
  const page = await newPage(browser)
  await page.goto('/auth/settings')
  await page.waitForURL((url) => url.pathname === '/auth/login' && url.searchParams.has('return_to'))
  await page.goto('/')
  await page.waitForURL((url) => url.pathname === '/auth/login')
  expectQuiet(page)
  await page.context().close()
})

test('never leads to another site after the login', async () => {
  const { page, email } = await newPerson()
  await logout(page)
  for (const target of ['https://evil.example/', '//evil.example/', '/\\evil.example']) {
    await login(page, { email, password, to: target })
    assert.equal(new URL(page.url()).origin, new URL(baseURL).origin, target)
    await logout(page)
  }
  await page.context().close()
})

test('renews a flow that is unknown, and one whose cookie is lost', async () => {
  const page = await newPage(browser)
  await page.goto('/auth/login?flow=00000000-0000-4000-8000-000000000000')
  await page.getByLabel('邮箱', { exact: true }).waitFor()

  const email = freshEmail()
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.locator('input[name="password"]').fill(password)
  await page.context().clearCookies()
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('页面已过期').waitFor()
  await shot(page, 'auth-login-renewed')
  await page.locator('input[name="password"]').fill(password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('账号或密码不正确').waitFor()
  expectQuiet(page)
  await page.context().close()
})

test('recovers a forgotten password by code, and the new one works', async () => {
  const { page, email } = await newPerson()
  const first = await mailedCode(email)
  await logout(page)
  await page.goto('/auth/login')
  await page.getByRole('link', { name: '忘记密码' }).click()
  // The login page has a field of that name too.
  await page.waitForURL((url) => url.pathname === '/auth/recovery')
  await page.getByRole('heading', { name: '找回密码' }).waitFor()
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByRole('heading', { name: '输入验证码' }).waitFor()
  await shot(page, 'auth-recovery-code')
  await expectAccessible(page)
  await page.getByLabel('验证码', { exact: true }).fill(await mailedCode(email, { not: first }))
  await page.getByRole('button', { name: '继续' }).click()
  await page.waitForURL((url) => url.pathname === '/auth/settings')
  await page.getByText('身份已确认').waitFor()
  await shot(page, 'auth-recovery-settings')
  await page.locator('input[name="password"]').fill('another-brick-43')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('更改已保存').waitFor()
  await logout(page)
  await login(page, { email, password: 'another-brick-43' })
  expectQuiet(page)
  await page.context().close()
})

test('shows the same for an address without an account', async () => {
  const page = await newPage(browser)
  await page.goto('/auth/recovery')
  await page.getByLabel('邮箱', { exact: true }).fill(freshEmail('nobody'))
  await page.getByRole('button', { name: '继续' }).click()
  await page.getByRole('heading', { name: '输入验证码' }).waitFor()
  await page.getByText('如果该邮箱有账号').waitFor()
  await page.context().close()
})

test('changes the profile, adds a second factor and asks for it at the next login', async () => {
  const { page, email } = await newPerson()
  await page.goto('/auth/settings?tab=profile')
  await page.getByLabel('姓名', { exact: true }).fill('赵敏')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('更改已保存').waitFor()
  await shot(page, 'auth-settings-profile')
  await expectAccessible(page)

  await page.getByRole('button', { name: '双重验证' }).click()
  await page.getByRole('img', { name: '用验证器应用扫描此二维码' }).waitFor()
  await shot(page, 'auth-settings-totp')
  await expectAccessible(page)
  const secret = await page.locator('[data-group="totp"] code').first().innerText()
  await page.getByLabel('动态验证码').fill(totp(secret.trim()))
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('更改已保存').waitFor()

  await page.getByRole('button', { name: '恢复代码', exact: true }).click()
  await page.getByRole('button', { name: '生成新的恢复代码' }).click()
  await page.getByRole('button', { name: '我已保存，启用这些代码' }).waitFor()
  await shot(page, 'auth-settings-codes')
  await expectAccessible(page)
  await page.getByRole('button', { name: '我已保存，启用这些代码' }).click()
  await page.getByText('更改已保存').waitFor()

  await logout(page)
  await page.getByLabel('邮箱', { exact: true }).fill(email)
  await page.locator('input[name="password"]').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '双重验证' }).waitFor()
  await settled(page)
  await shot(page, 'auth-second-factor')
  await expectAccessible(page)
  await page.getByLabel('动态验证码').fill('000000')
  await page.getByRole('button', { name: '用验证器登录' }).click()
  await page.getByText('验证码不正确').waitFor()
  await page.getByLabel('动态验证码').fill(totp(secret.trim()))
  await page.getByRole('button', { name: '用验证器登录' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/auth/'))

  await page.goto('/auth/settings?tab=totp')
  await page.getByRole('button', { name: '停用验证器' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '移除' }).click()
  await page.getByText('更改已保存').waitFor()
  expectQuiet(page)
  await page.context().close()
})

test('ends the other sessions of the person', async () => {
  const { page, email } = await newPerson()
  const other = await newPage(browser)
  await login(other, { email, password })
  await page.goto('/auth/settings?tab=sessions')
  await page.getByText('本设备').waitFor()
  await shot(page, 'auth-settings-sessions')
  await expectAccessible(page)
  await page.getByRole('button', { name: '退出其他设备' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '退出其他设备' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await other.goto('/auth/settings')
  await other.waitForURL((url) => url.pathname === '/auth/login')
  await page.context().close()
  await other.context().close()
})

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  for (const dark of [false, true]) {
    for (const locale of ['zh-CN', 'en-US']) {
      test(`stands on ${name}, ${dark ? 'dark' : 'light'}, ${locale}: no axe finding, no side scroll`, async () => {
        const page = await newPage(browser, { viewport, dark, locale })
        for (const path of ['login', 'registration', 'recovery', 'verification', 'logout', 'error?id=x']) {
          await page.goto(`/auth/${path}`)
          await settled(page)
          await expectAccessible(page)
          await expectNoSideScroll(page)
          await shot(page, `auth-${path.replace(/\W.*/, '')}-${name}${dark ? '-dark' : ''}-${locale}`)
        }
        expectQuiet(page)
        await page.context().close()
      })
    }
  }
}
