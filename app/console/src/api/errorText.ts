import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { ApiError, type FieldFault } from './error'

/** What happened, and what to do now, in the reader's language. */
export interface ErrorText {
  title: string
  advice: string
  requestId: string
  retry: boolean
}

/** Texts of errors by their reason, with the server's own message as the fallback. */
export function useErrorText() {
  const { t, te, locale } = useI18n()
  const route = useRoute()
  const module = computed(() => route.meta.module ?? '')

  const byStatus = (code: number) => {
    if (code === 403) return 'error.FORBIDDEN'
    if (code === 404) return 'error.NOT_FOUND'
    if (code === 409) return 'error.CONFLICT'
    if (code === 429) return 'error.RATE_LIMITED'
    if (code === 503) return 'error.UNAVAILABLE'
    return code >= 500 ? 'error.INTERNAL' : 'error.UNEXPECTED_ANSWER'
  }

  const describe = (error: unknown): ErrorText => {
    if (!(error instanceof ApiError)) {
      return { title: t('error.CLIENT'), advice: t('error.adviceReload'), requestId: '', retry: false }
    }
    // A module's own words for a reason come first: customers.error.CUSTOMER_NOT_FOUND.
    const own = `${module.value}.error.${error.reason}`
    const key = te(own) ? own : `error.${error.reason}`
    const title = te(key) ? t(key, error.metadata) : error.message || t(byStatus(error.code))
    const ownAdvice = `${module.value}.error.advice.${error.reason}`
    const adviceKey = te(ownAdvice) ? ownAdvice : `error.advice.${error.reason}`
    let advice = te(adviceKey) ? t(adviceKey, error.metadata) : ''
    if (!advice && error.retryAfter >= 120) {
      advice = t('error.adviceWaitMinutes', { minutes: Math.ceil(error.retryAfter / 60) })
    } else if (!advice && error.retryAfter > 0) {
      advice = t('error.adviceWait', { seconds: error.retryAfter })
    }
    if (!advice && error.temporary) advice = t('error.adviceRetry')
    if (!advice && error.code >= 500) advice = t('error.adviceReport')
    return { title, advice, requestId: error.requestId, retry: error.temporary || error.code >= 500 }
  }

  /**
   * The text of one field's fault: its reason's text, else the server's message. In
   * English the server's own words come first: they name the bound that was broken.
   */
  const describeField = (fault: FieldFault): string => {
    if (fault.message && locale.value.startsWith('en')) return fault.message
    const key = `error.field.${fault.reason}`
    return te(key) ? t(key) : fault.message
  }

  return { describe, describeField }
}
