// Kratos' texts by their numeric id in our own words (ui.md 2.5); its English text is
// the fallback, so that a message we do not know is still shown.
import type { UiNode, UiText } from '@ory/client-fetch'
import { useI18n } from 'vue-i18n'
import { dateTime } from '@/lib/format'
import { isInput } from './nodes'

export function useKratosText() {
  const { t, te, locale } = useI18n()

  function context(text: UiText): Record<string, unknown> {
    const values = { ...(text.context as Record<string, unknown> | undefined) }
    for (const key of [
      'expired_at_unix',
      'used_at_unix',
      'added_at_unix',
      'privileged_session_expires_at_unix',
    ]) {
      const unix = values[key]
      if (typeof unix !== 'number') continue
      values.at = dateTime(new Date(unix * 1000), locale.value)
      values.minutes = Math.max(1, Math.round(Math.abs(unix * 1000 - Date.now()) / 60_000))
    }
    return values
  }

  const message = (text: UiText): string => {
    // The schema's own faults share one id; the e-mail format is the one people meet.
    if (text.id === 4000001 && /valid "?email"?/.test(text.text)) return t('auth.fault.email')
    const key = `auth.message.m${text.id}`
    return te(key) ? t(key, context(text)) : text.text
  }

  const label = (node: UiNode): string => {
    const text = node.meta.label
    if (isInput(node) && node.attributes.type !== 'submit') {
      const named = `auth.field.${node.attributes.name.replace('traits.', '')}`
      if (te(named)) return t(named)
    }
    return text ? message(text) : isInput(node) ? node.attributes.name : ''
  }

  return { message, label }
}
