// Real texts for unit tests, both languages at once; production loads them per module.
import { createI18n } from 'vue-i18n'
import { byModule } from './texts/byModule'

type File = { default: Record<string, unknown> }
const files = import.meta.glob<File>('./locales/*/*.json', { eager: true })
const menus = import.meta.glob<File>('./locales/*/menu/*.json', { eager: true })

export function allTexts(locale: string): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {}
  for (const [path, file] of Object.entries(files)) {
    const [, folder, name] = /locales\/([^/]+)\/([^/]+)\.json$/.exec(path)!
    if (folder === locale) found[name!] = file.default
  }
  found.menu = byModule(
    Object.fromEntries(Object.entries(menus).filter(([path]) => path.startsWith(`./locales/${locale}/`))),
  ) as Record<string, unknown>
  return found
}

export const testI18n = (locale = 'zh-CN') =>
  createI18n({ legacy: false, locale, messages: { [locale]: allTexts(locale) as never } })
