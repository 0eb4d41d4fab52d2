// The life of a listing: proposed by one subsidiary after its own approval, published by HQ, it stops another's
// order; that one objects, the first reports what was paid, and HQ takes it off.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listCompany, publishListing } from './deskwork.mjs'
import { fresh, freshUscc, look, pdf, picturesOf } from './journey.mjs'
import {
  approveOnPage,
  call,
  day,
  headquarters,
  member,
  newCustomer,
  newSubsidiary,
  until,
} from './house.mjs'
import { expectQuiet, launch } from './lib.mjs'

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** Objects or reports a repair on the page of the case. */
async function raise(page, verb, text, more = async () => {}) {
  await page.getByRole('button', { name: verb }).click()
  const dialog = page.getByRole('dialog', { name: verb })
  await more(dialog)
  await dialog.getByLabel('具体说明').fill(text)
  await look(page, `negative-${verb === '报告修复' ? 'repair' : 'objection'}`)
  await dialog.getByRole('button', { name: '提交总公司' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('待总公司答复').waitFor()
}

/** HQ answers the claim that is open on the case. */
async function answer(hq, verb, text) {
  await hq.reload()
  await hq.getByRole('button', { name: verb, exact: true }).click()
  const dialog = hq.getByRole('dialog', { name: verb, exact: true })
  await dialog.getByLabel('总公司答复').fill(text)
  await look(hq, verb === '采纳' ? 'hq-negative-accept' : 'hq-negative-decline')
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
}

async function walk() {
  const [one, other, hq] = await Promise.all([
    newSubsidiary(browser, '江北'),
    newSubsidiary(browser, '江南'),
    headquarters(browser),
  ])
  const company = { name: fresh('万通建设有限公司'), uscc: freshUscc() }
  const customer = await newCustomer(other.admin, other.slug, '万通建设有限公司', { uscc: company.uscc })
  await newCustomer(one.admin, one.slug, '万通建设有限公司', { uscc: company.uscc })
  const codes = async () => {
    const order = { customerId: customer.id, orderNo: 'DD-1', amount: '100000' }
    return JSON.stringify(await call(other.admin, other.slug, 'POST', '/v1/credit-checks:try', order))
  }

  await one.admin.goto(`/t/${one.slug}/risk/negative-list`)
  await listCompany(one.admin, company)
  const approver = await member(browser, one.slug, '冯审批', 'approver')
  const atHQ = async () =>
    (await call(hq, '', 'GET', `/v1/hq/negative-list?status=proposed&q=${company.uscc}`)).total !== '0'
  assert.ok(!(await atHQ()), 'headquarters hears of it before the subsidiary has agreed')
  await approveOnPage(approver, one.slug, company.name, 'negative-approval')
  await until('the proposal at headquarters', atHQ)
  assert.ok(!(await codes()).includes('NEGATIVE'), 'a proposal stops nobody')
  await publishListing(hq, company)
  await until('the stop at the other subsidiary', async () => (await codes()).includes('NEGATIVE'))

  await other.admin.goto(`/t/${other.slug}/risk/negative-list`)
  await other.admin.getByRole('link', { name: company.name }).click()
  await other.admin.getByText('总公司同意列入').waitFor()
  await look(other.admin, 'negative-case')
  await raise(other.admin, '提出异议', '该公司上月已与我方结清，请核实')
  await answer(hq, '不采纳', '提议方的判决仍未履行')
  await other.admin.reload()
  await other.admin.getByText('未采纳').waitFor()
  await look(other.admin, 'negative-objection-refused')

  await one.admin.goto(`/t/${one.slug}/risk/negative-list?view=own`)
  await one.admin.getByRole('link', { name: company.name }).click()
  await raise(one.admin, '报告修复', '判决款项已全部付清', async (dialog) => {
    await dialog.getByLabel('已付金额').fill('50000')
    await dialog.getByLabel('付款日期').fill(day(0))
    await dialog.getByLabel('付款日期').press('Enter')
    await dialog.getByLabel('证据材料').setInputFiles(pdf('付款凭证.pdf'))
  })
  await answer(hq, '采纳', '款项已核实')
  await hq.getByText('修复已核实').waitFor()
  await hq.getByRole('button', { name: '移出负面清单' }).click()
  const removal = hq.getByRole('dialog', { name: '移出负面清单' })
  await removal.getByLabel('意见').fill('已履行判决，予以移出')
  await removal.getByRole('button', { name: '移出负面清单' }).click()
  await removal.waitFor({ state: 'hidden' })
  await hq.getByText('已移出', { exact: true }).first().waitFor()
  await look(hq, 'hq-negative-removed')
  await until('the end of the stop', async () => !(await codes()).includes('NEGATIVE'))
  for (const page of [one.admin, approver, other.admin, hq]) expectQuiet(page)
}

test('a listing is published, stops an order elsewhere, is objected to, repaired and removed', async () => {
  try {
    await walk()
  } catch (error) {
    await picturesOf(browser)
    throw error
  }
})
