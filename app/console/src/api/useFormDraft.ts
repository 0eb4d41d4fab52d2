// What was typed into a form and not sent yet, kept by the server for its author: on
// opening the form he continues with it or discards it. What he types before he has
// chosen is not kept, so that it never replaces the earlier draft unasked.
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { unwrap } from './client'
import { ApiError } from './error'
import { useApi, usePermissions } from './session'

/** A moment after the last key. */
export const draftDelay = 1500

interface Options<T> {
  /** Up to 80 letters, digits, dots and dashes; with the id of what it is about, where there is one. */
  name: string
  /** The content as it stands, JSON. */
  read: () => T
  apply: (content: T) => void
}

export function useFormDraft<T extends object>({ name, read, apply }: Options<T>) {
  const api = useApi()
  const { can } = usePermissions()
  const params = { path: { form: name } }
  /** The earlier draft, until the person has chosen. */
  const found = shallowRef<{ at: string; content: T }>()
  const keptAt = ref('')
  const failed = ref(false)
  let ready = false
  let kept = JSON.stringify(read())
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<boolean> | undefined
  let ended = false

  onMounted(async () => {
    if (!can('workbench.read')) return
    try {
      const draft = await unwrap(api.GET('/v1/drafts/{form}', { params }))
      if (ended) return
      const content = JSON.parse(draft.content) as T
      if (draft.content !== kept) found.value = { at: draft.updatedAt ?? '', content }
      ready = true
    } catch (error) {
      // Without knowing what is there, nothing may be put in its place.
      ready = error instanceof SyntaxError || (error instanceof ApiError && error.code === 404)
    }
    if (ready) later()
  })

  const changed = () => JSON.stringify(read()) !== kept
  function later() {
    clearTimeout(timer)
    if (ready && !ended && !found.value && changed()) timer = setTimeout(() => void save(), draftDelay)
  }
  watch(() => JSON.stringify(read()), later)

  async function put(content: string): Promise<boolean> {
    try {
      const draft = await unwrap(api.PUT('/v1/drafts/{form}', { params, body: { content } }))
      kept = content
      keptAt.value = draft.updatedAt ?? ''
      failed.value = false
      return true
    } catch {
      failed.value = true
      return false
    } finally {
      running = undefined
    }
  }
  /** One request at a time: an older one must not arrive last. */
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    await running
    if (!changed()) return true
    if (!ready || ended || found.value) return false
    running = put(JSON.stringify(read()))
    const sound = await running
    if (sound) later()
    return sound
  }
  async function forget() {
    clearTimeout(timer)
    await running
    keptAt.value = ''
    await api.DELETE('/v1/drafts/{form}', { params }).catch(() => undefined)
  }

  function onHide() {
    if (document.visibilityState === 'hidden') void save()
  }
  onMounted(() => document.addEventListener('visibilitychange', onHide))
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', onHide)
    if (!ended) void save().finally(() => (ended = true))
  })

  return {
    found: computed(() => found.value?.at),
    keptAt,
    failed,
    resume() {
      if (!found.value) return
      apply(found.value.content)
      kept = JSON.stringify(found.value.content)
      found.value = undefined
      later()
    },
    async discard() {
      found.value = undefined
      await forget()
      later()
    },
    /** True when everything that was typed is kept. */
    flush: save,
    /** The form was sent: what was kept of it goes, and nothing is kept any more. */
    async done() {
      ended = true
      await forget()
    },
    /** As done, but the form stays open: the content is the new start. */
    async sent() {
      const content = JSON.stringify(read())
      found.value = undefined
      await running
      kept = content
      await forget()
    },
  }
}
