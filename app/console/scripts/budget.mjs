// Brotli size of what each route makes the browser load: the closure of static imports
// of index.html and of the route's chunk. Fails over the limits of ui.md 5 (9, 10).
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const limits = { login: 170, page: 230, chart: 400 }
const manifestFile = 'dist/.vite/manifest.json'
if (!fs.existsSync(manifestFile)) {
  console.error('budget: dist is not built. Run npm run build first.')
  process.exit(1)
}
const manifest = JSON.parse(fs.readFileSync(manifestFile, 'utf8'))

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key].imports ?? []) closure(next, seen)
  return seen
}

const sizes = new Map()
function brotli(file) {
  if (!sizes.has(file))
    sizes.set(file, zlib.brotliCompressSync(fs.readFileSync(path.join('dist', file))).length)
  return sizes.get(file)
}

// What every page loads besides its own chunk: the shared texts, and its module's.
const texts = (module) => ['src/texts/zh-CN.ts', `src/locales/zh-CN/${module}.json`]

function measure(entries) {
  const chunks = closure('index.html')
  const all = new Set(chunks)
  for (const entry of entries) if (manifest[entry]) for (const key of closure(entry)) all.add(key)
  const files = new Set()
  for (const key of all) {
    files.add(manifest[key].file)
    for (const css of manifest[key].css ?? []) files.add(css)
  }
  const bytes = [...files].reduce((sum, file) => sum + brotli(file), 0)
  return { kb: bytes / 1024, files, keys: all }
}

const shell = 'src/shell/AppShell.vue'
const zh = 'node_modules/element-plus/es/locale/lang/zh-cn.mjs'
const canvas = 'src/kit/EChartCanvas.vue'
const chartFile = manifest[canvas]?.file

// Pages are found through the manifest's dynamic entries: those of src/modules that a routes.ts names.
const pages = Object.keys(manifest).filter(
  (key) => manifest[key].isDynamicEntry && /^src\/modules\/.*\.vue$/.test(key),
)

let failed = false
const line = (name, kb, count, limit, note = '') => {
  const over = kb > limit
  failed ||= over
  console.log(
    `${over ? 'OVER' : 'ok  '} ${name.padEnd(48)} ${kb.toFixed(1).padStart(6)} kB br  ${String(count).padStart(3)} files  (limit ${limit})${note}`,
  )
}

for (const page of pages.sort()) {
  const module = page.split('/')[2]
  const bare = module === 'auth' || module === 'onboarding'
  const { kb, files, keys } = measure([page, zh, ...texts(module), ...(bare ? [] : [shell])])
  const isLogin = page.endsWith('auth/FlowPage.vue')
  if (chartFile && files.has(chartFile)) {
    failed = true
    console.log(`OVER ${page} loads ECharts statically; only kit/EChart.vue may, and lazily`)
  }
  const usesChart = [...keys].some((key) => (manifest[key].dynamicImports ?? []).includes(canvas))
  line(page.replace('src/modules/', ''), kb, files.size, isLogin ? limits.login : limits.page)
  if (usesChart && chartFile) line('  + charts', kb + brotli(chartFile) / 1024, files.size + 1, limits.chart)
}
if (!pages.some((page) => page.endsWith('auth/FlowPage.vue'))) {
  failed = true
  console.log('OVER the login page was not found in the manifest; the budget would measure nothing')
}
process.exit(failed ? 1 : 0)
