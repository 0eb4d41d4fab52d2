// Reasons that the system gave stand as a code with parameters; what a person wrote, and
// what older versions did, stands as text.
import { useI18n } from 'vue-i18n'

export function codedParts(stored: string): Record<string, string> | undefined {
  if (!stored.startsWith('{"code":')) return undefined
  try {
    return JSON.parse(stored) as Record<string, string>
  } catch {
    return undefined
  }
}

/** A stored reason in the reader's language. */
export function useCoded() {
  const { t, te } = useI18n()
  return (stored: string | null | undefined): string => {
    const parts = codedParts(stored ?? '')
    const key = `customers.coded.${parts?.code}`
    return parts && te(key) ? t(key, parts) : (stored ?? '')
  }
}
