import { useI18n } from 'vue-i18n'

export const reasonCodes = [
  'malicious_arrears',
  'serious_dishonesty',
  'fraud',
  'absconded',
  'litigation_lost',
  'other',
]

/** The word of a reason code; one that is new here is shown as it came. */
export function useReasonWord() {
  const { t, te } = useI18n()
  return (code: string) => (te(`risk.reason.${code}`) ? t(`risk.reason.${code}`) : code)
}
