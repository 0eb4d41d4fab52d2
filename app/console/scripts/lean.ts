// What Element Plus carries that the console never shows, left out of the build. Each entry
// replaces one file of the package; when a version moves that file, the entry does nothing and
// `npm run budget` shows the weight again.
import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

const parts: Record<string, string> = {
  // Buttons of any colour bring a colour library. Ours have the colours of tokens.css.
  'components/button/src/button-custom.mjs': `
    import { computed } from 'vue'
    export const useButtonCustomStyle = () => computed(() => ({}))`,
  // Ranges, months, quarters: axe finds faults in them, so DateField picks single days.
  'components/date-picker-panel/src/panel-utils.mjs': `
    import day from './date-picker-com/panel-date-pick.mjs'
    export const getPanel = () => day`,
}

/** Leaves out the parts above. Works on the build only: the development server bundles packages before. */
export function leanElement(): Plugin {
  return {
    name: 'lean-element',
    apply: 'build',
    load(id) {
      const [, part] = id.split('/element-plus/es/')
      return part ? parts[part] : undefined
    },
  }
}

const named = /import\s*\{([^}]*)\}\s*from\s*['"]@element-plus\/icons-vue['"];?/g
const prefix = 'virtual:icon/'

/**
 * One module for each icon. The package is a single file, so any page's icons stood in the
 * chunk that the login page loads.
 */
export function singleIcons(): Plugin {
  const source = fs.readFileSync(
    createRequire(import.meta.url)
      .resolve('@element-plus/icons-vue')
      .replace(/\.cjs$/, '.js'),
    'utf8',
  )
  const blocks = source.split(/^\/\/ src\/components\/.*\.vue$/m)
  const icons = new Map<string, string>()
  for (const [, inner, name] of source.matchAll(/^ {2}(\w+_default) as (\w+),?$/gm)) {
    const block = blocks.find((text) => text.includes(` ${inner} = `))
    if (block) icons.set(name!, `${block.split('\nexport {')[0]}\nexport default ${inner}`)
  }
  return {
    name: 'single-icons',
    apply: 'build',
    resolveId: (id) => (id.startsWith(prefix) ? id : undefined),
    load(id) {
      if (!id.startsWith(prefix)) return
      const code = icons.get(id.slice(prefix.length))
      if (!code)
        this.error(
          `@element-plus/icons-vue has no ${id.slice(prefix.length)} where scripts/lean.ts looks for it`,
        )
      return { code, moduleSideEffects: false }
    },
    transform(code) {
      if (!code.includes('@element-plus/icons-vue')) return
      return code.replace(named, (_all, list: string) =>
        list
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean)
          .map((one) => {
            const [icon, local = icon] = one.split(/\s+as\s+/)
            return `import ${local} from '${prefix}${icon}';`
          })
          .join(' '),
      )
    },
  }
}
