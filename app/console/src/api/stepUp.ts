// The second verification of key operations. A request that is refused with
// STEP_UP_REQUIRED waits for the person's code and goes out again, the same to the
// byte: whoever sent it only sees that it took longer, and no form loses its input.
import { shallowRef } from 'vue'

export const headerStepUp = 'X-Step-Up'

export interface Challenge {
  id: string
  /** What is verified: limit_change, write_off, … */
  act: string
  /** Why the one before did not hold: expired, old_code, …; none for the first. */
  why: string
}

interface Question {
  challenge: Challenge
  answer: (verified: boolean) => void
}

/** The question on the screen; the dialog answers it. */
export const question = shallowRef<Question | null>(null)
let line: Promise<unknown> = Promise.resolve()

/** Asks the person, one question at a time; false when he turns away. */
export function askPerson(challenge: Challenge): Promise<boolean> {
  const asked = line.then(
    () =>
      new Promise<boolean>((resolve) => {
        question.value = {
          challenge,
          answer: (verified) => {
            question.value = null
            resolve(verified)
          },
        }
      }),
  )
  line = asked
  return asked
}

/** The challenge of an answer that asks for a verification; null for every other one. */
export async function challengeOf(response: Response): Promise<Challenge | null> {
  if (response.status !== 403) return null
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { reason?: string; metadata?: Record<string, string> }
  const id = body.metadata?.challenge_id
  if (body.reason !== 'STEP_UP_REQUIRED' || !id) return null
  return { id, act: body.metadata?.act ?? '', why: body.metadata?.why ?? 'none' }
}

/**
 * Gives the answer that holds: the one that came, or the one to the request repeated
 * with a verification. It asks again while the server does, and gives the refusal
 * back when the person turns away.
 */
export async function verified(
  response: Response,
  request: Request,
  send: (request: Request) => Promise<Response>,
  ask: (challenge: Challenge) => Promise<boolean> = askPerson,
): Promise<Response> {
  for (let answer = response; ;) {
    const challenge = await challengeOf(answer)
    if (!challenge || !(await ask(challenge))) return answer
    const again = request.clone()
    again.headers.set(headerStepUp, challenge.id)
    answer = await send(again)
  }
}
