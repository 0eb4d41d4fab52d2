// Script nodes (hardware keys, passkeys): loaded once from our own origin, which the
// CSP allows, and their onload triggers run when both script and form are there.
import type { UiNode, UiNodeScriptAttributes } from '@ory/client-fetch'
import { watch, type ComputedRef } from 'vue'
import { inputOf, isInput } from './nodes'

const loading = new Map<string, Promise<void>>()

function load(attributes: UiNodeScriptAttributes): Promise<void> {
  const path = new URL(attributes.src, window.location.origin)
  const source = path.pathname + path.search
  let promise = loading.get(source)
  if (!promise) {
    promise = new Promise((resolve, reject) => {
      const script = document.createElement('script')
      script.src = source
      script.async = true
      script.type = attributes.type
      script.integrity = attributes.integrity
      script.crossOrigin = attributes.crossorigin
      script.referrerPolicy = attributes.referrerpolicy
      script.onload = () => resolve()
      script.onerror = () => reject(new Error(`script ${source} did not load`))
      document.head.append(script)
    })
    // A failed load may be tried again with the next flow; its buttons do nothing meanwhile.
    promise.catch(() => loading.delete(source))
    loading.set(source, promise)
  }
  return promise
}

export function useScripts(nodes: ComputedRef<UiNode[]>, form: () => HTMLFormElement | undefined): void {
  watch(
    nodes,
    async (all) => {
      const scripts = all.filter((node) => node.attributes.node_type === 'script')
      if (!scripts.length) return
      await Promise.allSettled(scripts.map((node) => load(node.attributes as UiNodeScriptAttributes)))
      if (!form()) return
      for (const node of all) {
        const trigger = isInput(node) ? inputOf(node).onloadTrigger : undefined
        if (trigger) (window as unknown as Record<string, () => void>)[trigger]?.()
      }
    },
    { immediate: true, flush: 'post' },
  )
}
