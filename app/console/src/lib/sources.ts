// Where a record came from: presets and the usual codes have a name, a system of the house
// keeps the code under which it was connected.
import { useI18n } from 'vue-i18n'

export function useSourceName() {
  const { t, te } = useI18n()
  return (code: string | null | undefined) => {
    const key = `common.source.${code}`
    return code && te(key) ? t(key) : (code ?? '')
  }
}
