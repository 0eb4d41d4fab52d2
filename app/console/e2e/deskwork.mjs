// The longer pieces of desk work on the way through the main job, each on one person's page.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { call } from './house.mjs'
import { look, openSum, pdf, receivables } from './journey.mjs'
import { choose } from './lib.mjs'

/** From the first steps to a template out of the concrete sample, submitted for approval. */
export async function designTemplate(page) {
  await page.getByRole('link', { name: '去完成' }).first().click()
  await page.getByRole('button', { name: '新建模板' }).first().click()
  const dialog = page.getByRole('dialog', { name: '新建模板' })
  await dialog.getByRole('radio', { name: '混凝土样板' }).check()
  await dialog.getByRole('button', { name: '创建草稿' }).click()
  await page.getByText('权重合计 100 / 100').waitFor()
  await page.getByText('检查通过，可以提交审批').waitFor()
  await look(page, 'template-designer')
  await page.getByRole('button', { name: '提交审批' }).click()
  await page
    .getByRole('dialog', { name: '提交评级模板审批' })
    .getByRole('button', { name: '提交审批' })
    .click()
  await page.getByText('等待另一位同事审批').waitFor()
  await look(page, 'template-submitted')
}

/** A new customer with his licence, saved on the way to his rating. */
export async function createCustomer(page, customer) {
  await page.getByLabel('客户名称').fill(customer.name)
  await page.getByLabel('统一社会信用代码').fill(customer.uscc)
  await page.getByLabel('客户编号').fill(customer.number)
  await page.getByText('不在集团负面清单中').waitFor()
  await page.getByLabel('营业执照').setInputFiles(pdf('营业执照.pdf'))
  await look(page, 'customer-new')
  await page.getByRole('button', { name: '保存并评级' }).click()
}

/** The rating form answered at its best and submitted; ends on the rating. */
export async function rate(page, { name }) {
  await page.getByRole('heading', { name: `为 ${name} 评级` }).waitFor()
  const form = page.getByRole('main')
  // The contracted volume is the projects': one that is being supplied has it.
  const [, slug, id] = /\/t\/([^/]+)\/customers\/([^/]+)\/rate/.exec(page.url())
  await call(page, slug, 'POST', `/v1/customers/${id}/projects`, {
    name: `${name}一标段`,
    contractedVolume: '120000000',
  })
  await page.reload()
  await page.getByRole('heading', { name: `为 ${name} 评级` }).waitFor()
  for (const label of ['结算方式', '调价条款', '企业性质', '施工资质等级']) await choose(page, label, /.+/)
  await form.getByRole('textbox', { name: '说明' }).fill('重点工程，中标单位')
  await page.getByText('已填完，可以提交审批').waitFor()
  await form.getByText('1,000 万元').first().waitFor()
  await look(page, 'rating-form')
  await page.getByRole('button', { name: '提交审批' }).click()
  await page.getByRole('heading', { name: `${name} 的评级` }).waitFor()
  await look(page, 'rating')
}

/** The file of receivables: recognised, run dry, run for real, its refused row taken home. */
export async function importReceivables(page, customer) {
  await page.getByLabel('应收文件').setInputFiles(receivables(customer.number))
  await look(page, 'import-file')
  await page.getByRole('button', { name: '上传并识别列' }).click()
  await page.getByText('已识别为“筑信模板”').waitFor()
  await look(page, 'import-mapping')
  await page.getByRole('button', { name: '试运行' }).click()
  await page.getByText('试运行完成').waitFor()
  await page.getByRole('heading', { name: '1 行未导入' }).waitFor()
  await page.getByText('台账：导入后（预计）').waitFor()
  await look(page, 'import-dry-run')

  await page.getByRole('button', { name: '正式导入 3 笔' }).click()
  await page.getByRole('dialog', { name: '正式导入' }).getByRole('button', { name: '正式导入 3 笔' }).click()
  await page.getByText('导入完成').waitFor()
  await page.getByRole('row', { name: new RegExp(`台账：导入后.*${openSum}`) }).waitFor()
  await look(page, 'import-done')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载错误文件' }).click(),
  ])
  assert.equal(file.suggestedFilename(), 'receivables-错误.csv')
  assert.match(await readFile(await file.path(), 'utf8'), /^5,amount,BAD_AMOUNT,/m, 'row, column and reason')
  await page.getByRole('link', { name: '看应收明细' }).click()
  await page.getByText('FP-1').waitFor()
  await look(page, 'receivables')
}

/** Proposes the company for the group's negative list, with evidence. */
export async function listCompany(page, customer) {
  await page.getByRole('button', { name: '列入公司' }).click()
  const dialog = page.getByRole('dialog', { name: '列入公司' })
  await dialog.getByLabel('统一社会信用代码').fill(customer.uscc)
  await dialog.getByLabel('公司名称').fill(customer.name)
  await choose(page, '事由', '恶意拖欠')
  await dialog.getByLabel('具体情况').fill('拖欠货款超过一年，多次催收无果')
  await dialog.getByLabel('证据材料').setInputFiles(pdf('判决书.pdf'))
  await look(page, 'negative-list-company')
  await dialog.getByRole('button', { name: '提交审批' }).click()
  await page.getByRole('row').filter({ hasText: customer.name }).waitFor()
  await look(page, 'negative-list')
}

/** Headquarters publishes the proposal. */
export async function publishListing(page, customer) {
  await page.goto('/hq/negative-list?status=proposed')
  await page.getByRole('link', { name: customer.name }).click()
  await page.getByRole('heading', { name: '处理过程' }).waitFor()
  await look(page, 'hq-negative-case')
  await page.getByRole('button', { name: '同意列入' }).click()
  const dialog = page.getByRole('dialog', { name: '同意列入' })
  await choose(page, '严重程度', '特别严重')
  await look(page, 'hq-negative-publish')
  await dialog.getByRole('button', { name: '同意列入' }).click()
  await page.getByText('总公司同意列入').waitFor()
}
