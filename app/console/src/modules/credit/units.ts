// Units of indicators. Values are thousandths of the unit; people read and type basis
// points as percent and fen as wan (10,000 yuan).
import { useI18n } from 'vue-i18n'
import { compactMoney, missing, wan } from '@/lib/format'
import { fixedToDecimal } from './fixed'

const shownAs: Record<string, { decimals: number; name: string }> = {
  basis_point: { decimals: 5, name: 'percent' },
  fen: { decimals: 9, name: 'wan' },
}
export const knownUnits = [
  'basis_point',
  'percent',
  'day',
  'month',
  'year',
  'm3',
  'fen',
  'million',
  'case',
  'entry',
]

/** How many decimals of the shown unit one whole number of the stored value is. */
export const unitDecimals = (unit: string) => shownAs[unit]?.decimals ?? 3

/** The amount of an approval that has no bound: an unlimited limit, the end of a cap. */
const unbounded = '9223372036854775807'

const oneWan = 1_000_000n // fen

/** Less than 1 万元: such an amount in 万 would be 0.0001. */
export function belowWan(fen: string): boolean {
  const value = BigInt(fen)
  return value > -oneWan && value < oneWan
}

/** Limits the way each language counts them: 500 万元, in English ¥5.00M; small ones in 元. */
export function useLimitAmount() {
  const { t, locale } = useI18n()
  return (fen: string) => {
    if (fen === unbounded) return t('kit.money.unlimited')
    return locale.value.startsWith('zh') && !belowWan(fen)
      ? `${wan(fen, locale.value)} ${t('kit.money.wan')}`
      : compactMoney(fen, locale.value)
  }
}

export function useUnits() {
  const { t, te, locale } = useI18n()

  /** The word behind a number; HQ's own units are shown as they stand. */
  function unitName(unit: string): string {
    const name = shownAs[unit]?.name ?? unit
    return te(`credit.unit.${name}`) ? t(`credit.unit.${name}`) : unit
  }

  /** A value with its unit: 12.5%, 300 万元, 45 天. */
  function quantity(value: string | undefined | null, unit: string): string {
    if (value === undefined || value === null || value === '') return missing
    if (unit === 'fen' && !locale.value.startsWith('zh'))
      return compactMoney((BigInt(value) / 1000n).toString(), locale.value)
    const decimals = unitDecimals(unit)
    const format = new Intl.NumberFormat(locale.value, { maximumFractionDigits: decimals > 5 ? 2 : 3 })
    // Intl formats a decimal string exactly (ES2023); its TypeScript signature wants a number.
    const number = format.format(fixedToDecimal(value, decimals) as unknown as number)
    const name = unitName(unit)
    return name === '%' ? number + name : name ? `${number} ${name}` : number
  }

  return { unitName, quantity }
}

/** Names of indicators and options in the reader's language. */
export function useNames() {
  const { locale } = useI18n()
  const named = (thing: { nameZh: string; nameEn: string }) =>
    (locale.value.startsWith('zh') ? thing.nameZh : thing.nameEn) || thing.nameZh || thing.nameEn
  const choiceOf = (value: { choice: string; choiceNameZh: string; choiceNameEn: string }) =>
    named({ nameZh: value.choiceNameZh, nameEn: value.choiceNameEn }) || value.choice

  /** Descriptions hold both languages, the Chinese sentence first. */
  function described(text: string): string {
    const at = /^(.*?[\u3002\uff1b]) +([A-Z].*)$/s.exec(text)
    if (!at) return text
    return locale.value.startsWith('zh') ? at[1]! : at[2]!
  }
  return { named, choiceOf, described }
}
