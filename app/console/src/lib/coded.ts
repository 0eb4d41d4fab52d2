// Reasons that the system gave come as a code with parameters beside a text in the
// language of the request; what a person wrote, and what older versions did, is text only.
import { useI18n } from 'vue-i18n'
import type { components } from '@/api/schema'

type CodedReason = components['schemas']['CodedReason']

/** A reason in the reader's language, also when he changes it later. */
export function useCoded() {
  const { t, te } = useI18n()
  return (text: string | null | undefined, code?: CodedReason | null): string => {
    const key = `customers.coded.${code?.code}`
    return code && te(key) ? t(key, code.params, Number(code.params.days ?? 0)) : (text ?? '')
  }
}
