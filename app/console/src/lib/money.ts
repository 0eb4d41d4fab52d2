// Money is int64 fen and travels as a JSON string (ui.md 2.4). Nothing here turns
// it into a float: parsing and formatting work on digits.

/** What a person types: yuan with 2 decimals, or wan (10,000 yuan) with up to 4. */
export type MoneyUnit = 'yuan' | 'wan'

const decimals: Record<MoneyUnit, number> = { yuan: 2, wan: 4 }
const exponent: Record<MoneyUnit, number> = { yuan: 2, wan: 6 }

export type ParsedMoney = { fen: string } | { error: 'notANumber' | 'tooManyDecimals' | 'tooLarge' }

const maxFen = 2n ** 63n - 1n

/** Reads a typed amount; '' gives fen ''. Accepts thousands separators and full-width digits. */
export function parseMoney(typed: string, unit: MoneyUnit): ParsedMoney {
  const text = typed.normalize('NFKC').replace(/[\s,_¥]/g, '')
  if (text === '') return { fen: '' }
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match || (!match[2] && !match[3])) return { error: 'notANumber' }
  const [, sign, whole = '', fraction = ''] = match
  if (fraction.replace(/0+$/, '').length > decimals[unit]) return { error: 'tooManyDecimals' }
  const fen = BigInt((whole || '0') + fraction.slice(0, exponent[unit]).padEnd(exponent[unit], '0'))
  if (fen > maxFen) return { error: 'tooLarge' }
  return { fen: (sign && fen > 0n ? '-' : '') + fen.toString() }
}

/** An integer of smallest parts as a plain decimal string: '12050' with 3 places is '12.05'. */
export function toDecimal(parts: string, places: number, minimumDecimals = 0): string {
  const negative = parts.startsWith('-')
  const digits = parts.replace(/^[-+]/, '').padStart(places + 1, '0')
  const whole = digits.slice(0, -places)
  const fraction = digits.slice(-places).replace(/0+$/, '').padEnd(minimumDecimals, '0')
  return (negative ? '-' : '') + whole + (fraction ? '.' + fraction : '')
}

/** Fen as a plain decimal string in the unit: '300000000' in wan is '300'. */
export const fenToDecimal = (fen: string, unit: MoneyUnit, minimumDecimals = 0): string =>
  toDecimal(fen, exponent[unit], minimumDecimals)

/** used/limit in basis points, exact in integers; null when there is no limit to divide by. */
export function ratioBasisPoints(used: string, limit: string): number | null {
  const total = BigInt(limit || '0')
  if (total <= 0n) return null
  return Number((BigInt(used || '0') * 10_000n) / total)
}
