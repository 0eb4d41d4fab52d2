// From the rating to the limit with a step back, and a template that two people approve one
// after the other, tried on the subsidiary's customers before.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { look, picturesOf } from './journey.mjs'
import { rate } from './deskwork.mjs'
import { approve, approveOnPage, call, headquarters, member, newCustomer, newSubsidiary } from './house.mjs'
import { choose, expectQuiet, launch } from './lib.mjs'

let browser, house, approver, second, sales
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
  await headquarters(browser)
  house = await newSubsidiary(browser, '城南')
  ;[approver, second, sales] = await Promise.all([
    member(browser, house.slug, '吴审批', 'approver'),
    member(browser, house.slug, '郑总监', 'approver'),
    member(browser, house.slug, '王销售', 'salesperson'),
  ])
  const { admin, slug } = house
  const path = '/v1/rating-templates'
  const template = await call(admin, slug, 'POST', path, { name: '混凝土客户评级', from: 'concrete' })
  await call(admin, slug, 'POST', `${path}/${template.id}:submit`, { version: template.version })
  await approve(approver, slug, template.id)
})
after(() => browser.close())

step('a rating comes back with a reason, is amended, approved and gives the limit', async () => {
  const { slug } = house
  const customer = await newCustomer(sales, slug, '安达建设有限公司')
  await sales.goto(`/t/${slug}/customers/${customer.id}/rate`)
  await rate(sales, customer)

  await approver.goto(`/t/${slug}/approvals`)
  await approver.getByRole('link', { name: customer.name }).first().click()
  await approver.getByRole('heading', { name: '客户现状' }).waitFor()
  await approver.keyboard.press('b')
  const back = approver.getByRole('dialog', { name: '退回给提交人' })
  await back.getByLabel('退回原因').fill('请写明合同附件的方量')
  await look(approver, 'rating-return')
  await back.getByRole('button', { name: '退回', exact: true }).click()
  await back.waitFor({ state: 'hidden' })

  await sales.goto(`/t/${slug}/approvals?box=mine`)
  await sales.getByRole('link', { name: customer.name }).first().click()
  await sales.getByText('请写明合同附件的方量').first().waitFor()
  await look(sales, 'rating-returned')
  await sales
    .getByRole('link', { name: '修改后重新提交' })
    .or(sales.getByRole('button', { name: '修改后重新提交' }))
    .click()
  await sales.getByRole('heading', { name: `为 ${customer.name} 评级` }).waitFor()
  await sales.getByText('请写明合同附件的方量').first().waitFor()
  const remark = sales.getByRole('main').getByRole('textbox', { name: '说明' })
  assert.equal(await remark.inputValue(), '重点工程，中标单位', 'what was typed is still there')
  await remark.fill('重点工程，中标单位；合同附件 120000 方')
  await sales.getByText('已填完，可以提交审批').waitFor()
  await look(sales, 'rating-amended')
  await sales.getByRole('button', { name: '提交审批' }).click()
  await sales.getByRole('heading', { name: `${customer.name} 的评级` }).waitFor()

  await approveOnPage(approver, slug, customer.name, 'rating-again')
  const { standing } = await call(sales, slug, 'GET', `/v1/customers/${customer.id}`)
  assert.equal(standing.grade, 'A')
  assert.equal(standing.standingLimit, '1000000000', 'ten million yuan, as the page had said')
  await sales.goto(`/t/${slug}/customers/${customer.id}`)
  await look(sales, 'customer-limit')
  for (const page of [sales, approver]) expectQuiet(page)
})

step('a flow of two steps for templates is saved and tried', async () => {
  const { admin, slug } = house
  await admin.goto(`/t/${slug}/admin/approval-flows`)
  await choose(admin, '申请类型', '评级模板')
  await admin.getByRole('button', { name: '增加一步' }).click()
  const names = admin.getByLabel('步骤名称')
  await names.nth(0).fill('信控经理')
  await names.nth(1).fill('总监')
  await admin.getByLabel('修改说明').fill('模板须两级审批')
  await admin.getByRole('button', { name: '试算', exact: true }).click()
  await admin.getByText('吴审批').first().waitFor()
  await look(admin, 'flow-two-steps')
  await admin.getByRole('button', { name: '保存新版本' }).click()
  await admin.getByText('新版本已生效').waitFor()
})

step('a template is designed, tried on the customers and approved by two people', async () => {
  const { admin, slug } = house
  await admin.goto(`/t/${slug}/credit/templates`)
  await admin.getByRole('button', { name: '新建模板' }).first().click()
  const dialog = admin.getByRole('dialog', { name: '新建模板' })
  await dialog.getByRole('radio', { name: '混凝土样板' }).check()
  await look(admin, 'template-new')
  await dialog.getByRole('button', { name: '创建草稿' }).click()
  await admin.getByText('检查通过，可以提交审批').waitFor()
  await admin.getByLabel('模板名称').fill('混凝土客户评级 2027')
  await admin.getByRole('button', { name: /^保存/ }).click()
  await admin.getByRole('tab', { name: '回测' }).click()
  await admin.getByRole('button', { name: '用本公司客户试算' }).click()
  await admin.getByText('等级变化（客户数）').first().waitFor()
  await look(admin, 'template-dry-run')
  await admin.getByRole('button', { name: '提交审批' }).click()
  const confirm = admin.getByRole('dialog', { name: '提交评级模板审批' })
  await confirm.getByRole('button', { name: '提交审批' }).click()
  await admin.getByText('等待另一位同事审批').waitFor()
  const id = new URL(admin.url()).pathname.split('/').at(-1)

  await approveOnPage(approver, slug, '混凝土客户评级 2027', 'template-first-level')
  const between = await call(admin, slug, 'GET', `/v1/rating-templates/${id}`)
  assert.equal(between.status, 'submitted', 'one of two is not enough')
  await approveOnPage(second, slug, '混凝土客户评级 2027', 'template-second-level')
  const done = await call(admin, slug, 'GET', `/v1/rating-templates/${id}`)
  assert.equal(done.status, 'effective')
  await admin.reload()
  await look(admin, 'template-effective')
  for (const page of [admin, approver, second]) expectQuiet(page)
})
