// Menus come from the modules' own routes, filtered by what the person may see.
import { computed, type Component } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter, type RouteRecordRaw } from 'vue-router'
import { usePermissions, useScope } from '@/api/session'
import { allModules } from '@/router'

export interface MenuItem {
  name: string
  module: string
  section: string
  title: string
  phoneTitle: string
  icon: Component
  order: number
  phoneOrder?: number
  href: string
}
export interface MenuGroup {
  module: string
  title: string
  items: MenuItem[]
}

function entries(routes: RouteRecordRaw[]): RouteRecordRaw[] {
  return routes.flatMap((route) => [route, ...entries(route.children ?? [])])
}

/** The menu of the current scope in order; titles are in locales/<language>/menu/<module>.json or shell.json. */
export function useMenu() {
  const { t, te } = useI18n()
  const router = useRouter()
  const scope = useScope()
  const { can } = usePermissions()

  const items = computed<MenuItem[]>(() => {
    const at = scope.value
    if (at.kind === 'self') return []
    return allModules
      .flatMap((module) => entries(module[at.kind] ?? []))
      .filter((route) => route.meta?.menu && can(route.meta.permission))
      .map((route) => {
        const { menu, title = '', module = '' } = route.meta!
        const name = String(route.name)
        return {
          name,
          module,
          section: menu!.section ?? module,
          title: t(title),
          phoneTitle: t(menu!.phoneTitle ?? title),
          icon: menu!.icon,
          order: menu!.order,
          phoneOrder: menu!.phoneOrder,
          href: router.resolve({ name, params: at.kind === 'tenant' ? { tenant: at.slug } : {} }).href,
        }
      })
      .sort((a, b) => a.order - b.order)
  })

  const groups = computed<MenuGroup[]>(() => {
    const found = new Map<string, MenuGroup>()
    for (const item of items.value) {
      const own = `menu.${item.section}.group`
      const key = te(own) ? own : `shell.group.${item.section}`
      const group = found.get(item.section) ?? {
        module: item.section,
        title: te(key) ? t(key) : '',
        items: [],
      }
      group.items.push(item)
      found.set(item.section, group)
    }
    return [...found.values()]
  })

  const phoneTabs = computed(() =>
    items.value
      .filter((item) => item.phoneOrder !== undefined)
      .sort((a, b) => a.phoneOrder! - b.phoneOrder!)
      .slice(0, 4),
  )

  return { items, groups, phoneTabs }
}
