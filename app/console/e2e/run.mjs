// Runs every e2e/*.spec.mjs with node:test and prints node's summary. Arguments narrow by
// file name: npm run e2e -- auth. With ZHUXIN_BIN (make e2e) the program is started here, on
// the servers of the environment; otherwise ZHUXIN_E2E_URL names one that runs.
import fs from 'node:fs'
import { spec } from 'node:test/reporters'
import { run } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startZhuxin } from './server.mjs'

function refuse(why) {
  console.error(`e2e: ${why}`)
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
if (!files.length) refuse(`no e2e/*.spec.mjs matches ${wanted.join(' ')}`)

const starts = Boolean(process.env.ZHUXIN_BIN) && !process.env.ZHUXIN_E2E_URL
const address = process.env.ZHUXIN_E2E_URL ?? process.env.ZHUXIN_PUBLIC_URL
if (!address)
  refuse(
    'ZHUXIN_E2E_URL is not set. Run make e2e, or start the servers (make demo) and name the address of the console, for example ZHUXIN_E2E_URL=http://127.0.0.1:8080',
  )
const program = starts ? await startZhuxin().catch((error) => refuse(error.message)) : undefined
if (!program) {
  await fetch(address).catch(() =>
    refuse(`nothing answers at ${address}. Start the servers (make demo) and try again.`),
  )
}

let failed = false
// One file at a time: the tests share two cores with the servers they test.
const report = run({ files, concurrency: 1, timeout: 600_000 })
  .on('test:fail', () => (failed = true))
  .compose(new spec())
for await (const text of report) process.stdout.write(text)

try {
  await program?.stop()
} catch (error) {
  failed = true
  console.error(error.message)
}
if (failed && program) {
  const kept = process.env.ZHUXIN_STACK_DIR ? `${process.env.ZHUXIN_STACK_DIR}/log/zhuxin.log` : ''
  if (kept) fs.writeFileSync(kept, program.log())
  console.error(`e2e: what zhuxin logged is in ${kept || 'its own output'}`)
}
process.exitCode = failed ? 1 : 0
