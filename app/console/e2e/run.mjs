// Runs every e2e/*.spec.mjs with node:test against ZHUXIN_E2E_URL (or ZHUXIN_PUBLIC_URL,
// which the dev stack sets) and prints node's summary. Arguments narrow by file name: npm run e2e -- auth
import fs from 'node:fs'
import { spec } from 'node:test/reporters'
import { run } from 'node:test'
import { fileURLToPath } from 'node:url'

const address = process.env.ZHUXIN_E2E_URL ?? process.env.ZHUXIN_PUBLIC_URL
if (!address) {
  console.error(
    'e2e: ZHUXIN_E2E_URL is not set. Start the servers (make demo) and name the address of the console, for example ZHUXIN_E2E_URL=http://127.0.0.1:8080',
  )
  process.exit(2)
}
try {
  await fetch(address)
} catch {
  console.error(`e2e: nothing answers at ${address}. Start the servers (make demo) and try again.`)
  process.exit(2)
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.argv.slice(2)
const files = fs
  .readdirSync(folder)
  .filter(
    (name) => name.endsWith('.spec.mjs') && (!wanted.length || wanted.some((part) => name.includes(part))),
  )
  .sort()
  .map((name) => folder + name)
if (!files.length) {
  console.error(`e2e: no e2e/*.spec.mjs matches ${wanted.join(' ')}`)
  process.exit(2)
}

// One file at a time: the tests share two cores with the servers they test.
run({ files, concurrency: 1, timeout: 600_000 })
  .on('test:fail', () => (process.exitCode = 1))
  .compose(new spec())
  .pipe(process.stdout)
