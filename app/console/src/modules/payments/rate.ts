// Rates in millionths, as people read them. Exact: digits are moved, nothing is divided.

/** 500 → 0.05%. */
export function ppmPercent(ppm: number): string {
  const digits = String(ppm).padStart(5, '0')
  const rest = digits.slice(-4).replace(/0+$/, '')
  return `${digits.slice(0, -4)}${rest ? `.${rest}` : ''}%`
}

/** 0.05 → 500; undefined for what is no rate with at most four decimals. */
export function percentPpm(typed: string): number | undefined {
  const found = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(typed.trim().replace(/%$/, ''))
  return found ? Number(found[1]! + (found[2] ?? '').padEnd(4, '0')) : undefined
}
