// Decimal numbers as whole numbers of their last digit, in strings: weights and scores
// in hundredths, indicator values in thousandths. Nothing here turns one into a float.

export type ParsedFixed = { value: string } | { error: 'notANumber' | 'tooManyDecimals' | 'tooLarge' }

const max = 2n ** 63n - 1n

/** Reads a typed number: '12.5' with 2 decimals is '1250', '' stays ''. Takes full-width digits. */
export function parseFixed(typed: string, decimals: number): ParsedFixed {
  const text = typed.normalize('NFKC').replace(/[\s,_]/g, '')
  if (text === '') return { value: '' }
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match || (!match[2] && !match[3])) return { error: 'notANumber' }
  const [, sign, whole = '', fraction = ''] = match
  if (fraction.replace(/0+$/, '').length > decimals) return { error: 'tooManyDecimals' }
  const value = BigInt((whole || '0') + fraction.slice(0, decimals).padEnd(decimals, '0'))
  if (value > max) return { error: 'tooLarge' }
  return { value: (sign && value > 0n ? '-' : '') + value.toString() }
}

/** The plain decimal: '1250' with 2 decimals is '12.5'. */
export function fixedToDecimal(value: string, decimals: number, minimumDecimals = 0): string {
  if (value === '') return ''
  const negative = value.startsWith('-')
  const digits = value.replace(/^[-+]/, '').padStart(decimals + 1, '0')
  const whole = decimals ? digits.slice(0, -decimals) : digits
  const fraction = (decimals ? digits.slice(-decimals) : '').replace(/0+$/, '').padEnd(minimumDecimals, '0')
  return (negative ? '-' : '') + whole + (fraction ? '.' + fraction : '')
}

/** Writes hundredths for reading: 8050 is 80.5 */
export const points = (hundredths: string | number) => fixedToDecimal(String(hundredths), 2)
