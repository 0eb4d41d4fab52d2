// What a person chose for this browser: language, theme, width of the sider, hidden
// table columns; and the last visited records for the palette, forgotten at logout.
import { defineStore } from 'pinia'
import { computed, reactive, watch } from 'vue'
import { usePreferredDark } from '@vueuse/core'

export type Locale = 'zh-CN' | 'en-US'
export type Theme = 'system' | 'light' | 'dark'

interface Preferences {
  locale: Locale
  theme: Theme
  siderCollapsed: boolean
  lastTenant: string
  hiddenColumns: Record<string, string[]>
  recentPaths: { path: string; title: string }[]
}

const storageKey = 'zhuxin.preferences'
const defaults: Preferences = {
  locale: 'zh-CN',
  theme: 'system',
  siderCollapsed: false,
  lastTenant: '',
  hiddenColumns: {},
  recentPaths: [],
}

function stored(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>
  } catch {
    // Storage is blocked or holds something else: start from the defaults.
    return {}
  }
}

export const usePreferences = defineStore('preferences', () => {
  const state = reactive<Preferences>({ ...defaults, ...stored() })
  const systemDark = usePreferredDark()
  const dark = computed(() => state.theme === 'dark' || (state.theme === 'system' && systemDark.value))

  watch(
    state,
    (value) => {
      try {
        localStorage.setItem(storageKey, JSON.stringify(value))
      } catch {
        // Without storage the choice lasts for this page only.
      }
    },
    { deep: true },
  )
  watch(dark, (value) => document.documentElement.classList.toggle('dark', value), { immediate: true })
  watch(
    () => state.locale,
    (value) => (document.documentElement.lang = value),
    { immediate: true },
  )

  /** Puts a record's page in front of the visited ones, eight at most. */
  function visit(path: string, title: string) {
    state.recentPaths = [{ path, title }, ...state.recentPaths.filter((v) => v.path !== path)].slice(0, 8)
  }
  /** The next person at this browser must not see what the last one looked at. */
  function forgetVisits() {
    state.recentPaths = []
    state.lastTenant = ''
  }

  return { state, dark, visit, forgetVisits }
})
