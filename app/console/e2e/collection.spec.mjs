// What is delivered is reconciled, what is overdue is followed up from a phone, and the
// dunning rule is tried before it writes to anybody.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { look, pdf, picturesOf } from './journey.mjs'
import { approveOnPage, call, day, member, newCustomer, newSubsidiary, owe, runToday } from './house.mjs'
import { expectQuiet, freshEmail, launch, phone } from './lib.mjs'

const mail = freshEmail('debtor')
let browser, house, sales, finance, approver, customer
let broken = false
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

before(async () => {
  browser = await launch()
  house = await newSubsidiary(browser, '城西')
  const { admin, slug } = house
  ;[sales, finance, approver] = await Promise.all([
    member(browser, slug, '王销售', 'salesperson'),
    member(browser, slug, '冯财务', 'finance'),
    member(browser, slug, '吴审批', 'approver'),
  ])
  const { person } = await call(sales, slug, 'GET', '/v1/me')
  customer = await newCustomer(admin, slug, '利民建设有限公司', {
    salespersonId: person.id,
    contactEmail: mail,
  })
})
after(() => browser.close())

/** Fills a day into a field of the calendar. */
async function fillDay(scope, label, value) {
  await scope.getByLabel(label).fill(value)
  await scope.getByLabel(label).press('Enter')
}

step('a statement is made, taken as a paper, comes back signed and is reviewed', async () => {
  const { admin, slug } = house
  const deliveries = [
    { ticketNo: 'XP-1', volume: '12000', amount: '540000' },
    { ticketNo: 'XP-2', volume: '8000', amount: '360050' },
  ].map((one) => ({ ...one, customerNumber: customer.number, contractNo: 'HT-1', deliveredOn: day(0) }))
  const fed = await call(admin, slug, 'POST', '/v1/feed/deliveries', { source: 'erp', records: deliveries })
  assert.equal(fed.inserted, '2', JSON.stringify(fed))

  await sales.goto(`/t/${slug}/statements`)
  await sales.getByRole('button', { name: '生成对账单' }).click()
  const dialog = sales.getByRole('dialog', { name: '生成对账单' })
  await fillDay(dialog, '期间从', day(0))
  await fillDay(dialog, '至', day(0))
  await dialog.getByRole('button', { name: '预览' }).click()
  await dialog.getByText('小票 2 张').waitFor()
  await look(sales, 'statement-make')
  await dialog.getByRole('button', { name: '生成', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  await sales.getByRole('row').filter({ hasText: customer.name }).getByRole('link').first().click()
  await sales.getByText('9,000.50').first().waitFor()
  await look(sales, 'statement-open')
  const [paper] = await Promise.all([
    sales.waitForEvent('download'),
    sales.getByRole('button', { name: '下载对账单' }).click(),
  ])
  assert.equal((await readFile(await paper.path())).subarray(0, 5).toString(), '%PDF-')
  await sales.getByLabel('签回文件').setInputFiles(pdf('签回对账单.pdf'))
  await sales.getByRole('button', { name: '提交复核' }).click()
  await sales.getByText('待复核').first().waitFor()
  await look(sales, 'statement-submitted')

  await finance.goto(`/t/${slug}/statements?view=submitted`)
  await finance.getByRole('row').filter({ hasText: customer.name }).getByRole('link').first().click()
  await finance.getByRole('heading', { name: '财务复核' }).waitFor()
  await look(finance, 'statement-review')
  await finance.getByLabel('复核意见').fill('与小票一致')
  await finance.getByRole('button', { name: '通过' }).click()
  await finance.getByText('已对账').first().waitFor()
  await look(finance, 'statement-reconciled')
  for (const page of [sales, finance]) expectQuiet(page)
})

step('a salesperson answers a follow-up on his phone and it is approved', async () => {
  const { admin, slug } = house
  await owe(finance, slug, [
    [customer.number, 'FP-1', -12, '80000.00'],
    [customer.number, 'FP-2', 20, '50000.00'],
  ])
  await runToday(admin, slug)

  await sales.setViewportSize(phone)
  await sales.goto(`/t/${slug}/followups?trigger=overdue`)
  await look(sales, 'phone-follow-ups')
  await sales.getByRole('link', { name: customer.name }).first().click()
  await sales.getByRole('heading', { name: '说明原因和下一步' }).waitFor()
  await look(sales, 'phone-follow-up')
  await sales.getByLabel('原因说明').fill('甲方付款审批未完，已约定日期')
  await sales.getByLabel('承诺金额').fill('80000')
  await fillDay(sales, '预计回款日期', day(7))
  await sales.getByRole('button', { name: '提交审批' }).click()
  await sales.getByText('审批中').first().waitFor()
  await look(sales, 'phone-follow-up-sent')

  await approveOnPage(approver, slug, customer.name, 'follow-up-approval')
  await sales.reload()
  await sales.getByText('等待付款').waitFor()
  await look(sales, 'phone-follow-up-agreed')
  for (const page of [sales, approver]) expectQuiet(page)
})

step('a dunning rule is set, tried, and nothing is sent', async () => {
  const { admin, slug } = house
  await call(admin, slug, 'PUT', '/v1/notification-channels/mail', { hint: '', enabled: true, version: '0' })
  await admin.goto(`/t/${slug}/ar/dunning/rule`)
  await admin.getByLabel('起点金额').fill('1000')
  await admin.getByLabel('收款账户').fill('建设银行城西支行 6222 0000 0000')
  await look(admin, 'dunning-rule')
  await admin.getByRole('button', { name: '保存', exact: true }).first().click()
  await admin.getByText(/已保存为第 \d+ 版/).waitFor()

  await admin.goto(`/t/${slug}/ar/dunning`)
  const row = admin.getByRole('row').filter({ hasText: customer.name })
  await row.getByText('会发出').waitFor()
  assert.match(await row.innerText(), /80,000\.00/)
  await look(admin, 'dunning-simulation')
  await row.getByRole('button', { name: customer.name }).click()
  await admin.getByRole('link', { name: 'FP-1' }).waitFor()
  await admin.getByText('建设银行城西支行').waitFor()
  await look(admin, 'dunning-letter')

  await runToday(admin, slug)
  const letters = await call(admin, slug, 'GET', '/v1/dunning/letters')
  assert.equal(letters.total, '0', 'a rule that is not switched on writes nothing')
  const mails = await fetch(
    `${process.env.ZHUXIN_MAIL_URL}/api/mails?to=${encodeURIComponent(mail)}&limit=10`,
  )
  assert.deepEqual((await mails.json()) ?? [], [], 'nobody got a mail')
  expectQuiet(admin)
})
