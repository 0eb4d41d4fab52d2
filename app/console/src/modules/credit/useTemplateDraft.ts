// The designer's draft: saved by itself two seconds after the last change, one request
// at a time, and never over what somebody else saved meanwhile.
import { useQueryClient } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, onMounted, reactive, ref, watch } from 'vue'
import { useApi, useTenantSlug } from '@/api/session'
import { unwrap } from '@/api/client'
import { ApiError } from '@/api/error'
import { tenantKey } from '@/api/keys'
import { definitionOf } from './definition'
import type { Definition, OpenPoint, Template } from './types'

export const autosaveDelay = 2000

export type SaveState = 'saved' | 'dirty' | 'saving' | 'failed' | 'conflict'

export function useTemplateDraft(template: Template) {
  const api = useApi()
  const tenant = useTenantSlug()
  const queries = useQueryClient()

  const draft = reactive<{ name: string; definition: Definition }>({
    name: template.name,
    definition: definitionOf(template.definition),
  })
  const version = ref(template.version)
  const openPoints = ref<OpenPoint[]>(template.openPoints)
  const state = ref<SaveState>('saved')
  const failure = ref<unknown>(null)
  const savedAt = ref<Date>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let quiet = false
  /** Something changed while a request was under way. */
  let again = false
  let running: Promise<void> | undefined

  const stop = watch(
    draft,
    () => {
      if (quiet || state.value === 'conflict') return
      if (state.value !== 'saving') state.value = 'dirty'
      else again = true
      clearTimeout(timer)
      timer = setTimeout(() => void save(), autosaveDelay)
    },
    // At once, so that a save that follows in the same breath knows of the change.
    { deep: true, flush: 'sync' },
  )
  function take(next: Template) {
    quiet = true
    draft.name = next.name
    draft.definition = definitionOf(next.definition)
    version.value = next.version
    openPoints.value = next.openPoints
    state.value = 'saved'
    failure.value = null
    quiet = false
  }

  const isSaved = () => state.value === 'saved'

  async function send(): Promise<void> {
    state.value = 'saving'
    again = false
    try {
      const next = await unwrap(
        api.PUT('/v1/rating-templates/{id}', {
          params: { path: { id: template.id } },
          body: {
            id: template.id,
            name: draft.name.trim() || template.name,
            definition: JSON.parse(JSON.stringify(draft.definition)) as Definition,
            version: version.value,
          },
        }),
      )
      version.value = next.version
      openPoints.value = next.openPoints
      failure.value = null
      savedAt.value = new Date()
      state.value = again ? 'dirty' : 'saved'
      queries.setQueryData(tenantKey(tenant, 'templates', template.id), next)
      void queries.invalidateQueries({ queryKey: tenantKey(tenant, 'templates', 'list') })
    } catch (error) {
      failure.value = error
      state.value = error instanceof ApiError && error.reason === 'VERSION_CONFLICT' ? 'conflict' : 'failed'
    }
  }

  /** Saves now what is not saved; several calls are one request. */
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    if (running) await running
    if (state.value !== 'saved' && state.value !== 'conflict') {
      running = send().finally(() => (running = undefined))
      await running
    }
    return isSaved()
  }

  /** Ends a conflict: 'theirs' takes what was saved meanwhile, 'mine' writes over it. */
  async function resolve(choice: 'mine' | 'theirs'): Promise<void> {
    try {
      const current = await unwrap(
        api.GET('/v1/rating-templates/{id}', { params: { path: { id: template.id } } }),
      )
      if (choice === 'theirs') return take(current)
      version.value = current.version
      state.value = 'dirty'
      await save()
    } catch (error) {
      failure.value = error
    }
  }

  const warn = (event: BeforeUnloadEvent) => {
    if (state.value !== 'saved') event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', warn))
  onBeforeUnmount(() => {
    stop()
    clearTimeout(timer)
    window.removeEventListener('beforeunload', warn)
  })

  const blocking = computed(() => openPoints.value.filter((point) => !point.warning))
  const warnings = computed(() => openPoints.value.filter((point) => point.warning))
  return { draft, version, openPoints, blocking, warnings, state, failure, savedAt, save, resolve }
}
