// State of a view lives in the URL (ui.md 4.5 rule 4): a copied link shows the same
// thing, and Back is one step. A field with its default value is left out.
import { computed, reactive, type WritableComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw, type LocationQueryValue } from 'vue-router'

export interface UrlField<T> {
  fallback: T
  read: (raw: string) => T
  write: (value: T) => string
}

export const text = (fallback = ''): UrlField<string> => ({ fallback, read: (raw) => raw, write: (v) => v })
export const number = (fallback: number): UrlField<number> => ({
  fallback,
  read: (raw) => {
    const value = Number.parseInt(raw, 10)
    return Number.isFinite(value) && value >= 0 ? value : fallback
  },
  write: String,
})
export const flag = (fallback = false): UrlField<boolean> => ({
  fallback,
  read: (raw) => raw === '1',
  write: (v) => (v ? '1' : '0'),
})
export const list = (): UrlField<string[]> => ({
  fallback: [],
  read: (raw) => raw.split(',').filter(Boolean),
  write: (v) => v.join(','),
})

type Fields = Record<string, UrlField<never>>
type Values<F> = { [K in keyof F]: F[K] extends UrlField<infer T> ? T : never }

const first = (value: LocationQueryValue | LocationQueryValue[] | undefined) =>
  (Array.isArray(value) ? value[0] : value) ?? undefined

export interface UrlState<F> {
  /** Reactive values; writing one changes the URL. */
  values: Values<F>
  /** Sets several at once, in one history step. */
  set: (changes: Partial<Values<F>>) => void
  /** Back to the defaults. */
  clear: (...names: (keyof F)[]) => void
  /** True when a field differs from its default. */
  isSet: (name: keyof F) => boolean
}

/**
 * Binds fields to the query of the current route. `resets` names the field (usually
 * the page) that goes back to its default when any other field changes.
 */
export function useUrlState<
  F extends {
    [K in keyof F]:
      UrlField<never> | UrlField<string> | UrlField<number> | UrlField<boolean> | UrlField<string[]>
  },
>(fields: F, resets?: keyof F): UrlState<F> {
  const route = useRoute()
  const router = useRouter()
  const loose = fields as unknown as Fields
  // A page that is being left must not see its filters jump to the next route's.
  const ownName = route.name
  let last = route.query
  const query = () => (last = route.name === ownName ? route.query : last)

  const set = (changes: Partial<Values<F>>) => {
    const next: LocationQueryRaw = { ...route.query }
    const names = Object.keys(changes)
    if (resets !== undefined && !names.includes(resets as string)) delete next[resets as string]
    for (const name of names) {
      const field = loose[name]
      if (!field) continue
      const written = field.write((changes as Record<string, never>)[name]!)
      if (written === field.write(field.fallback)) delete next[name]
      else next[name] = written
    }
    void router.push({ query: next, hash: route.hash })
  }

  const refs: Record<string, WritableComputedRef<unknown>> = {}
  for (const [name, field] of Object.entries(loose)) {
    refs[name] = computed({
      get: () => {
        const raw = first(query()[name])
        return raw === undefined ? field.fallback : field.read(raw)
      },
      set: (value) => set({ [name]: value } as Partial<Values<F>>),
    })
  }

  return {
    values: reactive(refs) as Values<F>,
    set,
    clear: (...names) => {
      const wanted = (names.length ? names : Object.keys(fields)) as string[]
      set(
        Object.fromEntries(wanted.map((name) => [name, loose[name]!.fallback])) as unknown as Partial<
          Values<F>
        >,
      )
    },
    isSet: (name) => first(query()[name as string]) !== undefined,
  }
}
