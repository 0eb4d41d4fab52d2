// Messages are split per module and language; a route loads its own before it is
// shown, so that the login page does not carry the texts of the whole console.
import { nextTick } from 'vue'
import { createI18n } from 'vue-i18n'
import { counting } from '@/lib/plural'
import type { Locale } from '@/stores/preferences'

type Messages = Record<string, unknown>

const files = import.meta.glob<{ default: Messages }>([
  './locales/*/*.json',
  '!./locales/*/{common,kit,shell,status}.json',
])
/** Needed by every page (names, kit parts), so they come as one file. */
const cores = import.meta.glob<{ default: Messages }>(['./texts/zh-CN.ts', './texts/en-US.ts'])

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Locale,
  fallbackLocale: false,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: import.meta.env.DEV,
  messages: {},
})

// Every component's t is this one.
i18n.global.t = counting(i18n.global.t)

const loaded = new Set<string>()
const wanted = new Set<string>()

async function loadCore(locale: Locale): Promise<void> {
  const path = `./texts/${locale}.ts`
  if (loaded.has(path)) return
  const messages = await cores[path]!()
  loaded.add(path)
  i18n.global.mergeLocaleMessage(locale, messages.default)
}

async function load(locale: Locale, module: string): Promise<void> {
  const path = `./locales/${locale}/${module}.json`
  const file = files[path]
  if (loaded.has(path) || !file) return
  const messages = await file()
  loaded.add(path)
  i18n.global.mergeLocaleMessage(locale, { [module]: messages.default })
}

/** Loads the texts of modules in the current language; they are kept for a change of language. */
export async function loadMessages(...modules: string[]): Promise<void> {
  for (const module of modules) wanted.add(module)
  const locale = i18n.global.locale.value as Locale
  await Promise.all([...wanted].map((module) => load(locale, module)))
}

/** Switches the language once its texts are there. */
export async function setLocale(locale: Locale): Promise<void> {
  await Promise.all([loadCore(locale), ...[...wanted].map((module) => load(locale, module))])
  i18n.global.locale.value = locale
  await nextTick()
}
