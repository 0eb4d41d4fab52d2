// Storing the sheet: as a draft, for approval, and the values put in place of measured ones.
import { useQueryClient } from '@tanstack/vue-query'
import { computed, nextTick, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { ElMessage } from 'element-plus'
import { unwrap } from '@/api/client'
import { ApiError } from '@/api/error'
import { tenantKey } from '@/api/keys'
import { useApi, useTenantSlug } from '@/api/session'
import type { Rating, RatingForm, TemplateItem } from '../types'
import { valueInputs } from '../usePreview'
import type { Sheet } from './useSheet'

export function useSheetSaving(form: RatingForm, sheet: Sheet) {
  const { t } = useI18n()
  const api = useApi()
  const tenant = useTenantSlug()
  const router = useRouter()
  const queries = useQueryClient()
  const { definition, data, draft, values, overridden, remark, dirty, unsent, open } = sheet

  const tried = ref(false)
  const sending = ref<'' | 'save' | 'submit'>('')
  const failure = ref<unknown>(null)
  const stored = ref(draft?.status === 'draft')
  /** The rating that is gone on with; none before the first save. */
  const current = ref({ id: draft?.id ?? '', version: draft?.version ?? '' })

  /** What the server has stored is what the next request goes on from. */
  function take(saved: Rating) {
    stored.value = true
    current.value = { id: saved.id, version: saved.version }
    overridden.value = new Map(
      (saved.result?.values ?? []).flatMap((value) =>
        value.override ? [[value.indicatorCode, value] as const] : [],
      ),
    )
  }
  const overriding = ref<TemplateItem>()
  const dialog = ref(false)
  /** A draft is stored before one of its values is overridden. */
  async function startOverride(item: TemplateItem) {
    if (!stored.value) {
      await send(false)
      if (failure.value) return
    }
    overriding.value = item
    dialog.value = true
  }
  async function overrode(item: TemplateItem, saved: Rating) {
    const was = dirty.value
    take(saved)
    const number = overridden.value.get(item.indicatorCode)?.number ?? data.get(item.indicatorCode)?.number
    values.value = { ...values.value, [item.indicatorCode]: { number } }
    await nextTick()
    dirty.value = was
    void queries.invalidateQueries({ queryKey: tenantKey(tenant, 'ratings') })
  }
  async function revoke(item: TemplateItem) {
    failure.value = null
    try {
      await overrode(
        item,
        await unwrap(
          api.POST('/v1/ratings/{id}:revoke-override', {
            params: { path: { id: current.value.id } },
            body: { indicatorCode: item.indicatorCode, version: current.value.version },
          }),
        ),
      )
    } catch (error) {
      failure.value = error
    }
  }
  async function send(submit: boolean) {
    tried.value = submit
    if (submit && open.value.length) {
      document.getElementById(`value-${open.value[0]!.indicatorCode}`)?.scrollIntoView({ block: 'center' })
      return
    }
    sending.value = submit ? 'submit' : 'save'
    failure.value = null
    try {
      const saved = await unwrap(
        api.POST('/v1/customers/{customerId}/ratings', {
          params: { path: { customerId: form.customerId } },
          body: {
            ratingId: current.value.id || undefined,
            version: current.value.version || undefined,
            values: valueInputs(definition, values.value, false),
            remark: remark.value.trim(),
            submit,
          },
        }),
      )
      take(saved)
      dirty.value = false
      void (submit ? unsent.done() : unsent.sent())
      void queries.invalidateQueries({ queryKey: tenantKey(tenant, 'ratings') })
      void queries.invalidateQueries({ queryKey: tenantKey(tenant, 'customers', form.customerId) })
      void queries.invalidateQueries({ queryKey: tenantKey(tenant, 'approvals') })
      ElMessage({
        type: 'success',
        message: submit ? t('credit.rate.submitted') : t('credit.rate.saved'),
        plain: true,
      })
      if (submit) await router.push({ name: 'rating', params: { tenant, id: saved.id } })
    } catch (error) {
      failure.value = error
    } finally {
      sending.value = ''
    }
  }
  const conflict = computed(
    () =>
      failure.value instanceof ApiError &&
      ['VERSION_CONFLICT', 'TEMPLATE_CHANGED'].includes(failure.value.reason),
  )
  const reload = () => queries.resetQueries({ queryKey: tenantKey(tenant, 'rating-form', form.customerId) })

  return {
    tried,
    sending,
    failure,
    conflict,
    reload,
    current,
    overriding,
    dialog,
    startOverride,
    overrode,
    revoke,
    send,
  }
}
