// Agreement to supply stop: the stage is reached by the daily run, the letter is there, supply
// is stopped, the plant acknowledges it, and an approval lets it go on.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { look, picturesOf } from './journey.mjs'
import { approveOnPage, call, day, member, newCustomer, newSubsidiary, owe, runToday } from './house.mjs'
import { expectQuiet, launch } from './lib.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** Takes a step of a supply stop on its page. */
async function stepOf(page, row, verb, note) {
  await row.getByRole('button', { name: verb }).click()
  const dialog = page.getByRole('dialog', { name: verb })
  await dialog.getByLabel('说明').fill(note)
  await dialog.getByRole('button', { name: verb }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function walk() {
  const { admin, slug } = await newSubsidiary(browser, '城东')
  const [approver, plant] = await Promise.all([
    member(browser, slug, '吴审批', 'approver'),
    member(browser, slug, '陈调度', 'dispatcher'),
  ])
  const customer = await newCustomer(admin, slug, '宏图建设有限公司')
  await owe(admin, slug, [
    [customer.number, 'FP-1', -70, '120000.00'],
    [customer.number, 'FP-2', 10, '50000.00'],
  ])

  await admin.goto(`/t/${slug}/credit/agreements`)
  await admin.getByRole('button', { name: '新建约定' }).first().click()
  const form = admin.getByRole('dialog', { name: '新建约定' })
  await form.getByRole('combobox', { name: '客户', exact: true }).fill(customer.name)
  await admin.getByRole('option', { name: customer.name }).click()
  const days = form.getByRole('textbox', { name: '逾期天数' })
  for (const [at, value] of ['30', '60', '90', '180'].entries()) await days.nth(at).fill(value)
  await form.getByText('会到达：停止供货').waitFor()
  await form.getByLabel('原因').fill('新签合同，按公司标准约定')
  await look(admin, 'agreement-new')
  await form.getByRole('button', { name: '提交审批' }).click()
  await form.waitFor({ state: 'hidden' })
  await approveOnPage(approver, slug, customer.name, 'agreement-approval')

  await runToday(admin, slug, 'daily-run')
  await admin.goto(`/t/${slug}/credit/agreements`)
  await look(admin, 'agreements')
  await admin.getByRole('link', { name: customer.name }).click()
  await admin.getByText('到达：停止供货').waitFor()
  await look(admin, 'agreement')
  await admin.getByRole('link', { name: '停供：停供准备' }).click()
  await admin.getByRole('dialog').getByText('停供准备').first().waitFor()
  await look(admin, 'supply-stop-course')
  await admin.goBack()
  const letter = admin.getByRole('button', { name: /停止供货|停供/ }).first()
  const [file] = await Promise.all([admin.waitForEvent('download'), letter.click()])
  const paper = await readFile(await file.path())
  assert.equal(paper.subarray(0, 5).toString(), '%PDF-')

  await admin.goto(`/t/${slug}/credit/supply-stops`)
  const row = admin.getByRole('row').filter({ hasText: customer.name })
  await row.getByText('停供准备').waitFor()
  await look(admin, 'supply-stops')
  await stepOf(admin, row, '已告知客户', '电话告知项目经理，函件已寄出')
  await row.getByText('已告知', { exact: true }).waitFor()
  await stepOf(admin, row, '正式停供', '三日内未付款')
  await row.getByText('正式停供', { exact: true }).waitFor()
  assert.ok((await reasons(admin, slug, customer)).includes('SUPPLY_STOPPED'), 'orders are stopped')

  await plant.goto(`/t/${slug}/credit/supply-stops`)
  const seen = plant.getByRole('row').filter({ hasText: customer.name })
  await stepOf(plant, seen, '确认已停', '二号站已停止发货')
  await seen.getByText('站点已确认').waitFor()
  await look(plant, 'supply-stops-plant')

  await breach(admin, slug, customer)
  await admin.goto(`/t/${slug}/credit/supply-stops`)
  await stepOf(admin, row, '申请恢复', '款已到账')
  await approveOnPage(approver, slug, customer.name, 'resume-approval')
  await admin.goto(`/t/${slug}/credit/supply-stops?view=all`)
  await row.getByText('已恢复').waitFor()
  await look(admin, 'supply-stop-over')
  assert.ok(!(await reasons(admin, slug, customer)).includes('SUPPLY_STOPPED'), 'and may go on')
  for (const page of [admin, approver, plant]) expectQuiet(page)
}

/** A ticket of the day after the stop is in the list of what left in spite of it; one of that day is not. */
async function breach(page, slug, customer) {
  const ticket = (ticketNo, on) => ({
    ...{ ticketNo, customerNumber: customer.number, deliveredOn: on, volume: '8000', amount: '352000' },
  })
  const { refused } = await call(page, slug, 'POST', '/v1/feed/deliveries', {
    source: 'plant',
    records: [ticket('FH-SAME', day(0)), ticket('FH-AFTER', day(1))],
  })
  assert.ok(!refused || Number(refused) === 0, 'the tickets were taken')
  await page.goto(`/t/${slug}/credit/supply-stops`)
  await page
    .getByRole('row')
    .filter({ hasText: customer.name })
    .getByRole('button', { name: '1', exact: true })
    .click()
  await page.getByRole('row').filter({ hasText: 'FH-AFTER' }).getByText('3,520.00').waitFor()
  assert.equal(await page.getByText('FH-SAME').count(), 0, 'a pour under way is finished')
  await look(page, 'supply-stop-breaches')
}

/** Why an order of the customer would be stopped now. */
async function reasons(page, slug, customer) {
  const body = { customerId: customer.id, orderNo: 'DD-1', amount: '100000' }
  return JSON.stringify(await call(page, slug, 'POST', '/v1/credit-checks:try', body))
}

test('an overdue customer is stopped by his agreement, and supplied again', async () => {
  try {
    await walk()
  } catch (error) {
    await picturesOf(browser)
    throw error
  }
})
