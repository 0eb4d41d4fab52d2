// Runs the built program on the servers named by the environment, as an operator would:
// roles and schemas first, then all of its roles in one process. What it logs is shown
// only when something fails.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

const readyAfter = 30_000 // ms to answer /readyz
const stopAfter = 25_000 // ms to drain; the program gives itself 20

/** All the people of a run come from one address and sign up anew, so its limits are too low. */
const limits = {
  ZHUXIN_LIMIT_LOGIN_PER_IP: '100000',
  ZHUXIN_LIMIT_IP_PER_SECOND: '2000',
  ZHUXIN_LIMIT_IP_BURST: '4000',
}
const environment = () => ({ ...limits, ZHUXIN_LOG_FORMAT: 'text', ...process.env })

/** Runs one command of the program to its end and returns what it printed. */
export function zhuxin(...args) {
  const program = process.env.ZHUXIN_BIN
  const done = spawnSync(program, args, { env: environment(), encoding: 'utf8', timeout: 60_000 })
  if (done.status === 0) return done.stdout
  const why = done.error?.message ?? `it ended with ${done.status ?? done.signal}`
  throw new Error(
    `e2e: ${program} ${args.join(' ')} failed: ${why}\n${done.stdout ?? ''}${done.stderr ?? ''}`,
  )
}

/** Starts the program at ZHUXIN_PUBLIC_URL; `stop` ends it and tells whether it ended well. */
export async function startZhuxin() {
  zhuxin('migrate', '--bootstrap')
  const log = []
  const child = spawn(process.env.ZHUXIN_BIN, ['serve', '--roles', 'gateway,api,worker'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => log.push(text))
  const ended = once(child, 'exit')
  // The servers must not outlive the tests, whatever ends them.
  process.once('exit', () => child.kill('SIGKILL'))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  await ready(child, log)

  return {
    log: () => log.join(''),
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopAfter)
      const [code, signal] = await ended
      clearTimeout(late)
      if (code !== 0) throw new Error(`e2e: zhuxin serve ended with ${code ?? signal}\n${log.join('')}`)
    },
  }
}

async function ready(child, log) {
  const address = process.env.ZHUXIN_PUBLIC_URL
  const deadline = Date.now() + readyAfter
  let last = 'no answer'
  while (child.exitCode === null && Date.now() < deadline) {
    try {
      const answer = await fetch(`${address}/readyz`)
      if (answer.ok) return
      last = `${answer.status} ${await answer.text()}`
    } catch (error) {
      last = error.cause?.code ?? error.message
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill('SIGKILL')
  throw new Error(`e2e: ${address}/readyz does not answer 200 (${last})\n${log.join('')}`)
}
