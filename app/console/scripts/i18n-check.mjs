// Texts: both languages have the same keys and placeholders, every key that is asked
// for exists, every key is asked for, and no Chinese stands in code. Prints each finding.
import fs from 'node:fs'
import path from 'node:path'

const locales = ['zh-CN', 'en-US']
const findings = []

function walk(folder, endings, found = []) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) walk(file, endings, found)
    else if (endings.some((ending) => file.endsWith(ending))) found.push(file)
  }
  return found
}

function flatten(object, prefix, into) {
  for (const [key, value] of Object.entries(object)) {
    if (typeof value === 'string') into.set(`${prefix}.${key}`, value)
    else flatten(value, `${prefix}.${key}`, into)
  }
  return into
}

const texts = Object.fromEntries(
  locales.map((locale) => {
    const all = new Map()
    for (const file of walk(`src/locales/${locale}`, ['.json'])) {
      const isMenu = path.basename(path.dirname(file)) === 'menu'
      const prefix = (isMenu ? 'menu.' : '') + path.basename(file, '.json')
      flatten(JSON.parse(fs.readFileSync(file, 'utf8')), prefix, all)
    }
    return [locale, all]
  }),
)

// A text with a form for one and one for many ({count} day | {count} days) names its
// placeholders in each.
const placeholders = (text) =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join(',')
const [zh, en] = locales.map((locale) => texts[locale])
for (const [key, text] of zh) {
  if (!en.has(key)) findings.push(`missing in en-US: ${key}`)
  else if (placeholders(text) !== placeholders(en.get(key))) findings.push(`placeholders differ: ${key}`)
  if (text.trim() === '') findings.push(`empty in zh-CN: ${key}`)
}
for (const [key, text] of en) {
  if (!zh.has(key)) findings.push(`missing in zh-CN: ${key}`)
  if (text.trim() === '') findings.push(`empty in en-US: ${key}`)
  if (/[\u3400-\u9fff]/.test(text) && key !== 'shell.locale.zh-CN') findings.push(`Chinese in en-US: ${key}`)
}

// Rules of how a language writes numbers and units are code, not texts.
const mayHoldChinese = new Set(['src/lib/format.ts'])
const withoutComments = (source) =>
  source
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1')

const exact = new Set()
const prefixes = new Set()
for (const file of walk('src', ['.vue', '.ts'])) {
  const name = file.split(path.sep).join('/')
  if (name.endsWith('.test.ts') || name.endsWith('.d.ts')) continue
  const source = withoutComments(fs.readFileSync(file, 'utf8'))
  if (!mayHoldChinese.has(name)) {
    source.split('\n').forEach((text, index) => {
      if (/[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/.test(text)) {
        findings.push(`Chinese in code: ${name}:${index + 1} (without comments): ${text.trim().slice(0, 60)}`)
      }
    })
  }
  for (const m of source.matchAll(/'([\w-]+(?:\.[\w-]+)+)'|"([\w-]+(?:\.[\w-]+)+)"/g)) exact.add(m[1] ?? m[2])
  for (const m of source.matchAll(/`([\w-]+(?:\.[\w-]*)+)\$\{/g)) prefixes.add(m[1])
  for (const m of source.matchAll(/\bt\(\s*'([^']+)'/g)) {
    if (!zh.has(m[1])) findings.push(`no text for ${m[1]}, asked for in ${name}`)
  }
  for (const m of source.matchAll(/\b(?:title|phoneTitle):\s*'([a-z]\w*\.[\w.]+)'/g)) {
    if (!zh.has(m[1])) findings.push(`no text for ${m[1]}, asked for in ${name}`)
  }
}

const known = [...prefixes]
for (const key of zh.keys()) {
  // Asked for by names made at run time: a module's own error reasons, its menu group.
  const ofErrors = /^[a-z]+\.error\.|^menu\.[a-z]+\.group$/.test(key)
  if (!exact.has(key) && !ofErrors && !known.some((prefix) => key.startsWith(prefix)))
    findings.push(`unused: ${key}`)
}

for (const finding of findings) console.error(`i18n: ${finding}`)
console.log(`i18n: ${zh.size} texts in 2 languages, ${findings.length} findings`)
process.exit(findings.length ? 1 : 0)
