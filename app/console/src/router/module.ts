// What a module declares. Each module is a folder under src/modules with a routes.ts
// whose default export is made by defineModule; nobody edits a shared list.
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

export interface MenuEntry {
  /** Position in the sider; modules leave gaps of 10 between them. */
  order: number
  icon: Component
  /** The group of the menu that it stands in; preset: its module. */
  section?: string
  /** Position in the phone's bottom bar (first four that the person may see); absent keeps it in the drawer. */
  phoneOrder?: number
  /** A shorter label for the bottom bar; the title's key otherwise. */
  phoneTitle?: string
}

declare module 'vue-router' {
  interface RouteMeta {
    /** i18n key of the page's name: breadcrumb, document title, palette. */
    title?: string
    /** Permission that the page's main request needs; without it the page says whom to ask. */
    permission?: string
    menu?: MenuEntry
    /** Name of the route above, for the breadcrumb. */
    parent?: string
    /** Further modules whose texts the page uses. */
    locales?: string[]
    /** Set by the router: the module that owns the route. */
    module?: string
    /** Keep out of the command palette (detail pages with parameters are out by themselves). */
    noPalette?: boolean
  }
}

export interface ConsoleModule {
  /** Folder name; also the name of its locale files and the prefix of its keys. */
  name: string
  /** Below /t/:tenant, paths without a leading slash. */
  tenant?: RouteRecordRaw[]
  /** Below /hq, paths without a leading slash. */
  hq?: RouteRecordRaw[]
  /** Anywhere else, absolute paths, outside the shell. */
  top?: RouteRecordRaw[]
}

function own(module: string, routes: RouteRecordRaw[] = []): RouteRecordRaw[] {
  return routes.map(
    (route) =>
      ({
        ...route,
        meta: { ...route.meta, module },
        ...(route.children ? { children: own(module, route.children) } : {}),
      }) as RouteRecordRaw,
  )
}

export function defineModule(module: ConsoleModule): ConsoleModule {
  return {
    name: module.name,
    tenant: own(module.name, module.tenant),
    hq: own(module.name, module.hq),
    top: own(module.name, module.top),
  }
}
