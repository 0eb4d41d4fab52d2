// Charts plot in the unit that people of the language say: wan in Chinese, thousands
// in English; the unit stands in the chart's title.
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { fenToDecimal } from '@/lib/money'

export function useChartUnit(currency: MaybeRefOrGetter<string>) {
  const { t, locale } = useI18n()
  const chinese = computed(() => locale.value.startsWith('zh'))
  const label = computed(() => {
    const code = toValue(currency) || 'CNY'
    return code === 'CNY' ? t('ar.chart.yuan') : t('ar.chart.foreign', { currency: code })
  })
  /** The height of a bar. A picture needs a float; every figure that is read comes from the string of fen. */
  const plot = (fen: string): number =>
    chinese.value ? Number(fenToDecimal(fen, 'wan')) : Number(fenToDecimal(fen, 'yuan')) / 1000
  const shown = (value: unknown) =>
    typeof value === 'number'
      ? `${new Intl.NumberFormat(locale.value, { maximumFractionDigits: 2 }).format(value)} ${label.value}`
      : '—'
  return { label, plot, shown }
}
