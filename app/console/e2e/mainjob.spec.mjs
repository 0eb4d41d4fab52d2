// The main job as its people do it, each in a browser of his own: sign-up, approval by HQ,
// template, colleagues, customer and rating, receivables, a blocked order, what HQ sees, the
// negative list, the audit log. Each step goes on from the ones before it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  apply,
  enter,
  everyPage,
  fresh,
  freshUscc,
  invite,
  join,
  look,
  openSum,
  password,
  picturesOf,
  reloadUntil,
  signUp,
  slugOf,
} from './journey.mjs'
import { approveOnPage, call, member, until } from './house.mjs'
import { expectQuiet, freshEmail, launch, newPage, phone } from './lib.mjs'
import {
  createCustomer,
  designTemplate,
  importReceivables,
  listCompany,
  publishListing,
  rate,
} from './deskwork.mjs'
import { zhuxin } from './server.mjs'

const first = { company: fresh('城北混凝土有限公司'), short: fresh('城北'), uscc: freshUscc() }
const second = { company: fresh('城南水泥有限公司'), short: fresh('城南'), uscc: freshUscc() }
const customer = { name: fresh('远大建设有限公司'), uscc: freshUscc(), number: 'KH-001' }
const colleagues = {
  approver: { email: freshEmail('approver'), name: '吴审批', role: '审批人' },
  sales: { email: freshEmail('sales'), name: '王销售', role: '业务员' },
  finance: { email: freshEmail('finance'), name: '冯财务', role: '财务' },
}
let browser, admin, hq, approver, sales, finance, other, invitationCode

let broken = false
/** A step of the walk: after a failure the later ones cannot be walked, and say so. */
const step = (name, fn) =>
  test(name, async () => {
    assert.ok(!broken, 'not reached: an earlier step failed')
    try {
      await fn()
    } catch (error) {
      broken = true
      await picturesOf(browser)
      throw error
    }
  })

before(async () => (browser = await launch()))
after(() => browser.close())

step('a person signs up and applies for a subsidiary', async () => {
  admin = await signUp(browser, '沈管理')
  await look(admin.page, 'application')
  await apply(admin, first)
  await admin.page.getByRole('heading', { name: '等待总公司审核' }).waitFor()
  await look(admin.page, 'application-waits')
})

step("HQ's first administrator sets a password by the printed link and code", async () => {
  const email = freshEmail('hq')
  const printed = zhuxin('hq', 'init', '--email', email, '--name', '郑总部')
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
  expectQuiet(page)
  await page.context().close()
  hq = await enter(browser, { email, to: '/hq' })
})

step('HQ approves; the subsidiary is set up and opens with its first steps', async () => {
  await hq.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '开户申请' }).click()
  const row = hq.getByRole('row').filter({ hasText: first.company })
  await row.getByRole('button', { name: '审核' }).click()
  const drawer = hq.getByRole('dialog', { name: first.company })
  await drawer.getByRole('button', { name: '通过', exact: true }).waitFor()
  await look(hq, 'hq-application')
  await drawer.getByRole('button', { name: '通过', exact: true }).click()
  const confirm = hq.getByRole('dialog', { name: '通过这份申请' })
  await confirm.getByRole('button', { name: '通过', exact: true }).click()
  await hq.getByText('已通过，正在开通').waitFor()

  await admin.page.waitForURL((url) => url.pathname.endsWith('/setup'))
  await admin.page.getByRole('heading', { name: '开始使用', level: 1 }).waitFor()
  admin.slug = slugOf(admin.page)
  await look(admin.page, 'first-steps')
})

step('the administrator designs a template from the concrete sample and submits it', async () => {
  await designTemplate(admin.page)
})

step('colleagues are invited and join by the link in their mail', async () => {
  const { page, slug } = admin
  await page.goto(`/t/${slug}/admin/members`)
  for (const one of Object.values(colleagues)) await invite(page, one)
  await look(page, 'members')
  ;[approver, sales, finance] = await Promise.all([
    join(browser, colleagues.approver, 'invitation'),
    join(browser, colleagues.sales),
    join(browser, colleagues.finance),
  ])
  await look(finance, 'workbench')
})

step('the approver approves the template by keyboard', async () => {
  await approver.goto(`/t/${admin.slug}/approvals`)
  await approver.getByRole('button', { name: '同意' }).waitFor()
  await look(approver, 'approval-template')
  await approver.keyboard.press('a')
  const dialog = approver.getByRole('dialog', { name: '同意这项申请' })
  await dialog.waitFor()
  await approver.waitForFunction(() => document.activeElement?.classList.contains('confirm'))
  await approver.keyboard.press('Enter')
  await approver.getByText('都处理完了').waitFor()
  expectQuiet(approver)
})

step('the salesperson creates a customer with the licence, rates and submits', async () => {
  await sales.goto(`/t/${admin.slug}/customers/new`)
  await createCustomer(sales, customer)
  await rate(sales, customer)
  await sales.getByRole('button', { name: '客户页面' }).click()
  await sales.getByRole('tab', { name: '资料' }).click()
  await sales.getByRole('button', { name: '下载 营业执照.pdf' }).waitFor()
  await look(sales, 'customer-papers')
})

step('the approver approves the rating on a phone, in three taps', async () => {
  const { email } = colleagues.approver
  const page = await enter(browser, { email, to: `/t/${admin.slug}/approvals`, viewport: phone })
  let taps = 0
  const tap = async (target) => {
    await target.tap()
    taps++
  }
  await page.getByRole('link', { name: customer.name }).waitFor()
  await look(page, 'phone-approvals')
  await tap(page.getByRole('link', { name: customer.name }))
  await page.getByRole('heading', { name: '客户现状' }).waitFor()
  await look(page, 'phone-approval')
  await tap(page.getByRole('button', { name: '同意' }))
  const dialog = page.getByRole('dialog', { name: '同意这项申请' })
  await dialog.waitFor()
  await look(page, 'phone-approve')
  await tap(dialog.getByRole('button', { name: '同意' }))
  await page.getByText('都处理完了').waitFor()
  assert.ok(taps <= 3, `${taps} taps`)
  await page.context().close()
})

step('finance imports receivables: columns recognised, dry run, run, the bad row apart', async () => {
  await finance.goto(`/t/${admin.slug}/ar/import`)
  await importReceivables(finance, customer)
})

/** Checks an order on the admin's page and returns the answer's card once it has this outcome. */
async function check(order, amount, outcome) {
  const { page } = admin
  await page.getByLabel('订单编号').fill(order)
  await page.getByLabel('订单金额').fill(amount)
  await page.getByRole('button', { name: '检查额度' }).click()
  const answer = page.getByRole('region', { name: '检查结果' })
  await answer.getByText(`订单 ${order}`).waitFor()
  await answer.getByText(outcome, { exact: true }).first().waitFor()
  return answer
}

step('an order within the limit passes, one above the headroom is blocked with its reasons', async () => {
  const { page, slug } = admin
  await page.goto(`/t/${slug}/orders/check`)
  await page.getByRole('combobox', { name: '客户', exact: true }).first().fill(customer.name)
  await page.getByRole('option', { name: customer.name }).click()
  const answer = await check('DD-1', '10000', '放行')
  await look(page, 'order-allowed')
  const headroom = await answer.getByRole('definition').nth(7).innerText()
  assert.match(headroom, /^¥?[\d,]+\.\d\d/, 'the headroom is an amount')
  const above = (Number(headroom.replace(/[^\d]/g, '')) + 1) / 100
  await check('DD-2', above.toFixed(2), '拦截')
  await answer.getByText('超出信用额度', { exact: true }).waitFor()
  await answer.getByText('客户信用额度', { exact: true }).waitFor()
  await look(page, 'order-blocked')
})

step('HQ sees the imported receivables and drills to the subsidiary and the company', async () => {
  await hq.goto('/hq')
  const ranked = () => hq.getByRole('row').filter({ hasText: first.company })
  await reloadUntil(hq, `${first.company} with ${openSum}`, async () =>
    (await ranked().allInnerTexts()).join().includes(openSum),
  )
  await look(hq, 'hq-overview')
  await ranked().getByRole('link').first().click()
  await hq.getByRole('heading', { level: 1 }).filter({ hasText: first.company }).waitFor()
  await hq.getByRole('link', { name: customer.name }).waitFor()
  await look(hq, 'hq-subsidiary')
  await hq.getByRole('link', { name: customer.name }).click()
  await hq.getByRole('region', { name: '各子企业并排比较' }).getByText(openSum).waitFor()
  await look(hq, 'hq-company')
})

step('an invitation code opens a second subsidiary without waiting', async () => {
  await hq.goto('/hq/invitation-codes')
  await hq.getByRole('button', { name: '创建邀请码' }).first().click()
  await hq.getByRole('dialog', { name: '创建邀请码' }).getByRole('button', { name: '创建邀请码' }).click()
  const created = hq.getByRole('dialog', { name: '邀请码已创建' })
  invitationCode = (await created.locator('code').innerText()).trim()
  await look(hq, 'hq-invitation-code')
  await created.getByRole('button', { name: '我已保存' }).click()

  other = await signUp(browser, '许管理')
  await apply(other, { ...second, code: invitationCode })
  await other.page.waitForURL((url) => url.pathname.endsWith('/setup'))
})

step(
  'the second subsidiary proposes the company and HQ lists it; the first one may no longer deliver',
  async () => {
    await other.page.goto(`/t/${slugOf(other.page)}/risk/negative-list`)
    await listCompany(other.page, customer)
    const agrees = await member(browser, slugOf(other.page), '卫审批', 'approver')
    await approveOnPage(agrees, slugOf(other.page), customer.name)
    await until('the proposal at headquarters', async () => {
      const found = await call(hq, '', 'GET', `/v1/hq/negative-list?status=proposed&q=${customer.uscc}`)
      return found.total !== '0'
    })
    await publishListing(hq, customer)
    const answer = await check('DD-3', '1.00', '拦截')
    await answer.getByText('在负面清单上', { exact: true }).waitFor()
    await look(admin.page, 'order-negative-list')
  },
)

step('the audit log is whole', async () => {
  const { page, slug } = admin
  await page.goto(`/t/${slug}/audit`)
  await page.getByRole('button', { name: '验证哈希链' }).click()
  await page.getByText(/完整：共 \d+ 条，已封存 \d+ 条，无改动/).waitFor()
  await look(page, 'audit')
})

step('every page of the menu stands, for HQ and a subsidiary, and for a salesperson on a phone', async () => {
  await everyPage(hq, '/hq', 'menu-hq')
  await everyPage(admin.page, `/t/${admin.slug}`, 'menu')
  await everyPage(sales, `/t/${admin.slug}`, 'menu-phone', phone)
})
