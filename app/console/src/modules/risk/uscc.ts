// The check character of a unified social credit code (GB 32100-2015), as a hint while
// one types; the server decides.
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** A code as it is registered: without blanks and marks people type, in capitals. */
export const plainUscc = (typed: string) => typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()

export type UsccFinding = 'ok' | 'empty' | 'length' | 'characters' | 'check'

export function usccFinding(typed: string): UsccFinding {
  const code = plainUscc(typed)
  if (!code) return 'empty'
  const values = [...code].map((letter) => alphabet.indexOf(letter))
  if (values.includes(-1)) return 'characters'
  if (code.length !== 18) return 'length'
  let sum = 0
  let weight = 1
  for (const value of values.slice(0, 17)) {
    sum += value * weight
    weight = (weight * 3) % 31
  }
  return (31 - (sum % 31)) % 31 === values[17] ? 'ok' : 'check'
}
