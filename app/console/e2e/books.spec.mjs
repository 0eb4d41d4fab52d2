// The desk of finance: the old books come in and are signed by a second person, money is
// received and confirmed to the customer, a report goes out by a schedule.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { call, day, member, newCustomer, newSubsidiary, owe, until } from './house.mjs'
import { freshUscc, look, picturesOf } from './journey.mjs'
import { choose, desktop, expectQuiet, freshEmail, launch, phone } from './lib.mjs'

let browser
let admin
let slug
let finance
before(async () => {
  browser = await launch()
  ;({ admin, slug } = await newSubsidiary(browser, '临江'))
  finance = await member(browser, slug, '何财务', 'finance')
})
after(() => browser.close())

/** One way through the house; its pages are pictured where it breaks, and quiet where not. */
const way = (name, walk) =>
  test(name, async () => {
    try {
      await finance.setViewportSize(desktop)
      await walk()
      for (const page of [admin, finance]) expectQuiet(page)
    } catch (error) {
      await picturesOf(browser)
      throw error
    }
  })

/** What a button takes home. */
async function taken(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()])
  return readFile(await file.path())
}
const isPdf = (bytes) => assert.equal(bytes.subarray(0, 5).toString(), '%PDF-')
const csv = (name, lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) })

/** A card of one kind: its file, and what the old books say of it. */
async function give(page, kind, lines, controls) {
  const card = page.locator('section').filter({ has: page.getByRole('heading', { name: kind, exact: true }) })
  await card.getByLabel(`选择${kind}文件`).setInputFiles(csv(`${kind}.csv`, lines))
  for (const [label, value] of Object.entries(controls)) await card.getByLabel(label).fill(value)
}

way('the old books are checked against their totals, explained, signed by another and kept', async () => {
  await admin.goto(`/t/${slug}/ar/history-imports`)
  await admin.getByRole('button', { name: '新建历史导入' }).click()
  await admin.getByRole('combobox', { name: '截止日' }).fill(day(-1))
  await admin.keyboard.press('Enter')
  await admin.getByRole('button', { name: '开始' }).click()
  await give(
    admin,
    '客户',
    ['customer_number,customer_name,uscc', `LJ-1,临江一建有限公司,${freshUscc()}`, 'LJ-2,临江路桥有限公司,'],
    { 旧账行数: '2' },
  )
  await give(
    admin,
    '应收账款',
    [
      'document_no,customer_number,invoice_date,due_date,amount,open_amount',
      `LF-1,LJ-1,${day(-60)},${day(-30)},9000.00,8000.50`,
      `LF-2,LJ-2,${day(-20)},${day(10)},1000.00,1000.00`,
    ],
    { 旧账行数: '2', '旧账未结金额（CNY）': '9500.50' },
  )
  await look(admin, 'history-files')
  await admin.getByRole('button', { name: '保存并核查' }).click()
  await admin.getByText('1 类数据与旧账不一致').waitFor()
  await admin
    .getByText('应收账款：金额与旧账相差 -500.00 CNY')
    .or(admin.getByText('相差 500.00'))
    .first()
    .waitFor()
  await look(admin, 'history-checked')
  const submit = admin.getByRole('button', { name: /说明/ }).last()
  assert.ok(await submit.isDisabled(), 'nothing is submitted unexplained')
  for (;;) {
    const why = admin.getByLabel('原因').first()
    if (!(await why.isVisible())) break
    const before = await admin.getByLabel('原因').count()
    await why.fill('旧账漏记一笔退款')
    await admin.getByRole('button', { name: '确认', exact: true }).first().click()
    await until('the answer', async () => (await admin.getByLabel('原因').count()) < before)
  }
  await admin.getByRole('button', { name: '提交签署' }).click()
  await admin.getByText('待签署').first().waitFor()
  assert.equal(
    await admin.getByRole('button', { name: '签署并入账' }).count(),
    0,
    'nobody signs his own work',
  )
  await look(admin, 'history-submitted')

  await finance.goto(new URL(admin.url()).pathname)
  await finance.getByRole('button', { name: '签署并入账' }).click()
  const sign = finance.getByRole('dialog', { name: '签署并入账？' })
  await sign.getByText('9,000.50').waitFor()
  await sign.getByRole('button', { name: '签署并入账' }).click()
  await finance.getByText('已入账').first().waitFor()
  isPdf(await taken(finance, finance.getByRole('button', { name: '下载导入记录' })))
  await look(finance, 'history-applied')
  await finance.setViewportSize(phone)
  await look(finance, 'phone-history-applied')
  const { receivables } = await call(finance, slug, 'GET', '/v1/receivables?view=all&page_size=20')
  assert.deepEqual(receivables.map((one) => one.openAmount).sort(), ['100000', '800050'])
})

way('money received is printed, and confirmed to the customer once', async () => {
  const contactEmail = freshEmail('payer')
  const customer = await newCustomer(admin, slug, '江湾置业有限公司', { contactEmail })
  await owe(admin, slug, [[customer.number, 'FP-1', -5, '3000.00']])
  await call(admin, slug, 'PUT', '/v1/notification-channels/mail', { enabled: true, version: '0' })
  const { receipt } = await call(finance, slug, 'POST', '/v1/receipts', {
    ...{
      customerId: customer.id,
      receivedOn: day(0),
      amount: '120000',
      method: 'transfer',
      payer: customer.name,
    },
  })
  await finance.goto(`/t/${slug}/payments/${receipt.id}`)
  isPdf(await taken(finance, finance.getByRole('button', { name: '收款确认单' })))
  await finance.getByRole('button', { name: '发送收款确认' }).click()
  await finance.getByText('收款确认已排队发送').waitFor()
  // By night it waits for the morning, when customers may be disturbed again.
  await finance.getByText(/收款确认 .* 已排队，等待发送|收款确认已于 .* 发送/).waitFor()
  assert.equal(await finance.getByRole('button', { name: '发送收款确认' }).count(), 0)
  await look(finance, 'receipt-confirmed')
  await admin.goto(`/t/${slug}/admin/deliveries`)
  await admin.getByRole('row').filter({ hasText: customer.name }).filter({ hasText: '收款确认' }).waitFor()
  await look(admin, 'receipt-delivery')
})

way('a report is scheduled from its page, sent now, and its sending is shown', async () => {
  await finance.goto(`/t/${slug}/portfolio`)
  await finance.getByRole('button', { name: '定时发送' }).click()
  const form = finance.getByRole('dialog', { name: '新建定时发送' })
  await choose(finance, '收件人', /何财务/)
  await finance.keyboard.press('Escape')
  await look(finance, 'schedule-new')
  await form.getByRole('button', { name: '保存' }).click()
  await form.waitFor({ state: 'hidden' })

  await finance.goto(`/t/${slug}/report-schedules`)
  const row = finance.getByRole('row').filter({ hasText: '五级分类' })
  await row.getByRole('button', { name: '立即发送' }).click()
  await finance.getByText('已排队').waitFor()
  const sent = row.getByText('已发送')
  await until('the sending', async () => {
    await finance.reload()
    await row.waitFor()
    return sent.isVisible()
  })
  await look(finance, 'schedules')
  await row.getByRole('button', { name: day(0) }).click()
  const drawer = finance.getByRole('dialog', { name: '五级分类' })
  await drawer.getByText('何财务').waitFor()
  await drawer.getByText('手动').waitFor()
  await look(finance, 'schedule-sends')
  await finance.setViewportSize(phone)
  await look(finance, 'phone-schedule-sends')
})
