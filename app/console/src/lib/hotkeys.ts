import { onBeforeUnmount, onMounted } from 'vue'

/** A tick box takes no letters: it may have the focus and the page keeps its keys. */
const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  !(target instanceof HTMLInputElement && ['checkbox', 'radio'].includes(target.type))

/**
 * Keys of a page: 'k', 'Enter', '?', 'mod+k' (Ctrl, on a Mac ⌘), 'alt+c'. A bare key
 * is ignored while a person types or a dialog is open; a chord is not.
 */
export function useHotkeys(bindings: Record<string, (event: KeyboardEvent) => void>): void {
  const onKey = (event: KeyboardEvent) => {
    const modifier = event.ctrlKey || event.metaKey ? 'mod+' : event.altKey ? 'alt+' : ''
    const handler = bindings[modifier + (event.key.length === 1 ? event.key.toLowerCase() : event.key)]
    if (!handler || event.isComposing) return
    if (
      !modifier &&
      (typing(event.target) || document.querySelector('.el-overlay:not([style*="display: none"])'))
    )
      return
    event.preventDefault()
    handler(event)
  }
  onMounted(() => document.addEventListener('keydown', onKey))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey))
}
