// HQ and two subsidiaries: quota of a cap is asked for and refused, the cap is given up; what
// HQ reads of quality and of the common scale; and a shared limit that is ended by hand.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  approve,
  approveOnPage,
  call,
  headquarters,
  member,
  newCustomer,
  newSubsidiary,
  owe,
  runToday,
} from './house.mjs'
import { look, picturesOf, reloadUntil } from './journey.mjs'
import { desktop, expectQuiet, launch, phone } from './lib.mjs'

let browser
let hq
let near
let far
let lender
before(async () => {
  browser = await launch()
  ;[near, far, hq] = await Promise.all([
    newSubsidiary(browser, '南岸'),
    newSubsidiary(browser, '北岸'),
    headquarters(browser),
  ])
  lender = await member(browser, far.slug, '钱审批', 'approver')
})
after(() => browser.close())

const way = (name, walk) =>
  test(name, async () => {
    try {
      await walk()
      for (const page of [hq, near.admin, lender]) expectQuiet(page)
    } catch (error) {
      await picturesOf(browser)
      throw error
    }
  })

const rowOf = (page, text) => page.getByRole('row').filter({ hasText: text })

way('a lender refuses to give quota and says why; HQ gives up the cap', async () => {
  const customer = await newCustomer(near.admin, near.slug, '两江城建有限公司')
  const { subsidiaries } = await call(hq, '', 'GET', '/v1/hq/group-caps:subsidiaries?currency=CNY')
  const id = (house) => subsidiaries.find((one) => house.name.startsWith(one.subsidiary.slice(0, 2))).tenantId
  const cap = await call(hq, '', 'POST', '/v1/hq/group-caps', {
    ...{ name: customer.name, currency: 'CNY', amount: '90000000', freeMove: '1000000' },
    members: [{ uscc: customer.uscc, companyName: customer.name }],
    quotas: [
      { tenantId: id(near), amount: '10000000' },
      { tenantId: id(far), amount: '80000000' },
    ],
  })
  await call(near.admin, near.slug, 'POST', '/v1/quota-moves', {
    ...{ capId: cap.id, fromSlug: far.slug, amount: '5000000', reason: '两江二期需要供货' },
  })

  await lender.goto(`/t/${far.slug}/limits/quotas`)
  await rowOf(lender, customer.name).getByRole('button', { name: '拒绝' }).click()
  const refuse = lender.getByRole('dialog', { name: '拒绝出借？' })
  assert.ok(await refuse.getByRole('button', { name: '拒绝' }).isDisabled(), 'a refusal says why')
  await refuse.getByLabel(/原因|说明/).fill('本公司自用，四季度仍有大单')
  await refuse.getByRole('button', { name: '拒绝' }).click()
  await lender.getByText('没有未办结的申请').waitFor()
  await near.admin.goto(`/t/${near.slug}/limits/quotas?view=all`)
  await rowOf(near.admin, customer.name).getByText('已拒绝').waitFor()
  await near.admin.getByText('本公司自用，四季度仍有大单').waitFor()
  await near.admin.getByRole('definition').filter({ hasText: '100,000.00' }).first().waitFor()
  await look(near.admin, 'quotas-refused')
  await near.admin.setViewportSize(phone)
  await look(near.admin, 'phone-quotas-refused')
  await near.admin.setViewportSize(desktop)

  await hq.goto(`/hq/group-caps/${cap.id}`)
  await look(hq, 'hq-cap')
  await hq.getByRole('button', { name: '取消限额' }).click()
  const give = hq.getByRole('dialog', { name: '取消这个集团限额？' })
  await give.getByText('900,000.00').waitFor()
  await give.getByRole('button', { name: '取消限额' }).click()
  await hq.waitForURL((url) => url.pathname === '/hq/group-caps')
  await hq.getByText('限额已取消').waitFor()
  assert.equal(await hq.getByText(customer.name).count(), 0)
  const { quotas } = await call(near.admin, near.slug, 'GET', '/v1/group-quotas')
  assert.equal(quotas.length, 0, 'the cap binds nobody any more')
})

way('a shared limit is ended by hand and by a second person', async () => {
  const { admin, slug } = near
  const approver = await member(browser, slug, '吴审批', 'approver')
  const both = [await newCustomer(admin, slug, '联建一公司'), await newCustomer(admin, slug, '联建二公司')]
  const name = '联建集团合用额度'
  const limit = await call(admin, slug, 'POST', '/v1/shared-limits', {
    ...{ name, amount: '50000000', customerIds: both.map((one) => one.id), reason: '同一实际控制人' },
  })
  await approve(approver, slug, limit.id)
  await admin.goto(`/t/${slug}/limits/shared`)
  const card = admin.getByRole('listitem').filter({ has: admin.getByRole('heading', { name }) })
  await card.getByText('生效中').waitFor()
  await look(admin, 'shared-limit')
  await card.getByRole('button', { name: '终止' }).click()
  const dialog = admin.getByRole('dialog', { name: `终止「${name}」` })
  await dialog.getByLabel('原因').fill('股权已转让，不再关联')
  await dialog.getByRole('button', { name: '提交审批' }).click()
  await card.first().getByText('变更待审批').first().waitFor()
  await look(admin, 'shared-limit-ending')
  await approveOnPage(approver, slug, name, 'shared-limit-end')
  await admin.reload()
  await admin.getByText('还没有共享额度').waitFor()
  expectQuiet(approver)
})

way('HQ reads the quality of both subsidiaries as one sum, and the common scale', async () => {
  for (const [house, open] of [
    [near, '40000.25'],
    [far, '60000.50'],
  ]) {
    const customer = await newCustomer(house.admin, house.slug, '质量样本有限公司')
    await owe(house.admin, house.slug, [[customer.number, `ZL-${open}`, -100, open]])
    await runToday(house.admin, house.slug)
  }
  await hq.goto('/hq/portfolio')
  await reloadUntil(hq, 'both subsidiaries', async () => {
    const all = (await hq.getByRole('row').allInnerTexts()).join('\n')
    return all.includes(near.name) && all.includes(far.name)
  })
  const cells = async (text) => (await rowOf(hq, text).first().allInnerTexts()).join()
  assert.match(await cells(near.name), /40,000\.25/)
  assert.match(await cells(far.name), /60,000\.50/)
  await look(hq, 'hq-quality')
  await hq.getByRole('tab', { name: '预期信用损失' }).click()
  await rowOf(hq, near.name).waitFor()
  await look(hq, 'hq-quality-loss')
  await rowOf(hq, near.name).getByRole('link').first().click()
  await hq.getByRole('heading', { level: 1, name: near.name }).waitFor()
  await look(hq, 'hq-quality-subsidiary')
  await hq.setViewportSize(phone)
  await look(hq, 'phone-hq-quality')
  await hq.goto('/hq/grade-scale')
  await hq.getByText('质量').or(hq.getByText('观察')).first().waitFor()
  await look(hq, 'phone-hq-grade-scale')
  await hq.setViewportSize(desktop)
  await hq.getByRole('button', { name: '尺度规则' }).click()
  const rule = hq.getByRole('dialog', { name: '尺度规则' })
  await rule.getByLabel('至少客户数').fill('12')
  await rule.getByRole('button', { name: '保存' }).click()
  await hq.getByText('不足 12 个客户时证据不足').waitFor()
  await look(hq, 'hq-grade-scale')
})
