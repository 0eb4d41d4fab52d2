// The kit page, which no release carries: served by Vite itself on a free port. Every
// part, and every popup opened, in both themes and at both widths.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import {
  choose,
  desktop,
  expectAccessible,
  expectNoSideScroll,
  expectQuiet,
  launch,
  newPage,
  phone,
  shot,
} from './lib.mjs'

let browser, vite, base
before(async () => {
  vite = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, strictPort: false, hmr: false, watch: null },
  })
  await vite.listen()
  base = `http://127.0.0.1:${vite.httpServer.address().port}`
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await vite?.close()
})

async function kit(options) {
  const page = await newPage(browser, { ...options, base })
  await page.goto('/__kit')
  await page.locator('.kit h1').waitFor()
  await page.locator('figure svg').first().waitFor()
  return page
}

for (const [name, viewport] of Object.entries({ desktop, phone })) {
  for (const dark of [false, true]) {
    test(`all parts on ${name}, ${dark ? 'dark' : 'light'}`, async () => {
      const page = await kit({ viewport, dark })
      await expectAccessible(page)
      await expectNoSideScroll(page)
      await shot(page, `kit-${name}${dark ? '-dark' : ''}`, { fullPage: true })
      expectQuiet(page)
      await page.context().close()
    })
  }
}

for (const dark of [false, true]) {
  test(`popups, ${dark ? 'dark' : 'light'}`, async () => {
    const page = await kit({ dark })
    const popups = {
      select: () => choose(page, '区域'),
      date: () => page.getByRole('combobox', { name: '到期日' }).click(),
      columns: () => page.getByRole('button', { name: '列', exact: true }).click(),
      filters: () => page.getByRole('button', { name: '更多筛选' }).click(),
      confirm: () => page.locator('#open-confirm').click(),
    }
    for (const [name, open] of Object.entries(popups)) {
      await open()
      await page
        .locator('.el-popper[aria-hidden="false"], .el-dialog, .el-drawer')
        .filter({ visible: true })
        .first()
        .waitFor()
      await expectAccessible(page, `${name} open`)
      await shot(page, `kit-popup-${name.replace(' ', '-')}${dark ? '-dark' : ''}`)
      await page.keyboard.press('Escape')
      await page.mouse.click(5, 300)
      await page
        .locator('.el-popper[aria-hidden="false"], .el-dialog, .el-drawer')
        .filter({ visible: true })
        .first()
        .waitFor({ state: 'hidden' })
    }
    expectQuiet(page)
    await page.context().close()
  })
}

test('on paper: nothing to click, and all of a table', async () => {
  const page = await kit()
  await page.evaluate(() =>
    document
      .querySelector('.kit')
      .insertAdjacentHTML(
        'afterbegin',
        '<button class="no-print" id="tool">x</button><div class="el-scrollbar__wrap" id="wrap" style="height:40px;overflow:auto"><div style="height:400px">y</div></div>',
      ),
  )
  const look = () =>
    page.evaluate(() => ({
      tool: document.querySelector('#tool').offsetHeight,
      wrap: document.querySelector('#wrap').offsetHeight,
    }))
  assert.ok((await look()).tool > 0 && (await look()).wrap === 40)
  await page.emulateMedia({ media: 'print' })
  assert.deepEqual(await look(), { tool: 0, wrap: 400 })
  await page.context().close()
})

test('the dialog takes the focus and gives it back', async () => {
  const page = await kit()
  await page.locator('#open-confirm').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.waitForFunction(() => document.querySelector('.el-dialog').contains(document.activeElement))
  assert.ok(
    await page.getByRole('dialog').getByRole('button', { name: '驳回' }).isDisabled(),
    'no reason yet',
  )
  await page.getByLabel('原因').fill('资料不全')
  assert.ok(await page.getByRole('dialog').getByRole('button', { name: '驳回' }).isEnabled())
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.waitForFunction(() => document.activeElement.id === 'open-confirm')
  await page.context().close()
})

test('filters, sorting and page live in the address and survive Back', async () => {
  const page = await kit()
  await page.getByRole('button', { name: /超限 1/ }).click()
  await page.waitForURL((url) => url.searchParams.get('view') === 'over')
  await page.getByPlaceholder('名称、编号或统一社会信用代码').fill('cement')
  await page.waitForURL((url) => url.searchParams.get('q') === 'cement')
  await page.getByRole('button', { name: /应收/ }).press('Enter')
  await page.waitForURL((url) => url.searchParams.get('sort') === 'receivable')
  await page.reload()
  assert.equal(await page.getByPlaceholder('名称、编号或统一社会信用代码').inputValue(), 'cement')
  await page.waitForFunction(() => document.querySelector('th[aria-sort="ascending"]'))
  await page.goBack()
  await page.waitForURL((url) => !url.searchParams.has('sort') && url.searchParams.get('q') === 'cement')
  await page.getByLabel('每页条数').selectOption('50')
  await page.waitForURL((url) => url.searchParams.get('pageSize') === '50')
  await page.getByRole('button', { name: '第 2 页' }).click()
  await page.waitForURL((url) => url.searchParams.get('page') === '2')
  await page.getByRole('button', { name: '全部 4' }).click()
  await page.waitForURL((url) => !url.searchParams.has('view') && !url.searchParams.has('page'))
  await page.context().close()
})

test('a hidden column stays hidden after a reload', async () => {
  const page = await kit()
  await page.getByRole('button', { name: '列', exact: true }).click()
  await page.locator('.el-popper').getByText('编号', { exact: true }).click()
  await page.waitForFunction(
    () => ![...document.querySelectorAll('th')].some((th) => th.textContent.trim() === '编号'),
  )
  await page.reload()
  await page.locator('th').first().waitFor()
  assert.equal(await page.locator('th', { hasText: '编号' }).count(), 0)
  await page.context().close()
})

test('a chart offers its data as a table', async () => {
  const page = await kit()
  await page.getByRole('button', { name: '看数据' }).click()
  await page.getByRole('columnheader', { name: '逾期总额' }).waitFor()
  await expectAccessible(page, 'data table')
  await page.context().close()
})

test('money is typed in wan and read back in yuan', async () => {
  const page = await kit()
  await page.getByLabel('最大赊销额度').fill('1234.5678')
  await page.getByText('即 12,345,678.00 元').waitFor()
  await page.getByLabel('最大赊销额度').fill('1.23456')
  await page.getByText('小数位数过多').waitFor()
  await page.context().close()
})
