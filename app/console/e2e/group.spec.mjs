// HQ goes from the group to one invoice of one customer, and the file it takes along says the
// same as the page.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { look, picturesOf, reloadUntil } from './journey.mjs'
import { call, headquarters, member, newCustomer, newSubsidiary, owe, runToday } from './house.mjs'
import { expectQuiet, launch, settled } from './lib.mjs'
import { rowsOf } from './xlsx.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

async function walk() {
  const [house, hq] = await Promise.all([newSubsidiary(browser, '滨江'), headquarters(browser)])
  const { admin, slug } = house
  const sales = await member(browser, slug, '王销售', 'salesperson')
  const { person } = await call(sales, slug, 'GET', '/v1/me')
  const first = await newCustomer(admin, slug, '同济建设有限公司', { salespersonId: person.id })
  const second = await newCustomer(admin, slug, '三建工程有限公司', { salespersonId: person.id })
  await owe(admin, slug, [
    [first.number, 'FP-1', -40, '70000.25'],
    [first.number, 'FP-2', 15, '30000.00'],
    [second.number, 'FP-3', 5, '12345.67'],
  ])
  await runToday(admin, slug)

  await hq.goto('/hq/reports?tab=parts')
  const link = (name) => hq.getByRole('row').filter({ hasText: name }).getByRole('link').first()
  await reloadUntil(hq, house.name, async () =>
    (await hq.getByRole('row').filter({ hasText: house.name }).allInnerTexts()).join().includes('112,345.92'),
  )
  await look(hq, 'hq-report')
  await hq.emulateMedia({ media: 'print' })
  for (const part of ['aside', 'header.header', '.no-print'])
    assert.equal(await hq.locator(part).filter({ visible: true }).count(), 0, `${part} is printed`)
  assert.ok(await hq.getByRole('row').filter({ hasText: house.name }).first().isVisible())
  await hq.emulateMedia({ media: null })
  await link(house.name).click()
  await link('王销售').waitFor()
  await look(hq, 'hq-report-subsidiary')
  await link('王销售').click()
  await link(first.name).waitFor()
  await look(hq, 'hq-report-salesperson')

  const [file] = await Promise.all([
    hq.waitForEvent('download'),
    hq.getByRole('button', { name: '导出 XLSX' }).click(),
  ])
  const rows = rowsOf(await readFile(await file.path()))
  const of = (name) => rows.find((row) => row.some((cell) => cell.includes(name))) ?? []
  const fen = (name) =>
    of(name)
      .map((cell) => Math.round(Number(cell.replaceAll(',', '')) * 100))
      .find(Boolean)
  assert.equal(fen(first.name) + fen(second.name), 11_234_592, JSON.stringify(rows))

  await link(first.name).click()
  await hq.getByRole('heading', { level: 1 }).filter({ hasText: first.name }).waitFor()
  await settled(hq)
  await hq.getByRole('tab', { name: '单据' }).click()
  await hq.getByRole('row').filter({ hasText: 'FP-1' }).getByText('70,000.25').first().waitFor()
  await look(hq, 'hq-report-items')
  await admin.goto(`/t/${slug}/risk/sharing-log`)
  await admin.getByText('郑总部').first().waitFor()
  await look(admin, 'sharing-log')
  for (const page of [hq, admin]) expectQuiet(page)
}

test('HQ drills from the group to an item, and its export adds up', async () => {
  try {
    await walk()
  } catch (error) {
    await picturesOf(browser)
    throw error
  }
})
