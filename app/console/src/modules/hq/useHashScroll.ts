// A figure that leads to rows on its own page: the router leaves the scroll alone while
// the path stays, and on a first load the rows come later than the address.
import { nextTick, watch } from 'vue'
import { useRoute } from 'vue-router'

/** Scrolls to the address's hash when it changes and once `ready` turns true. */
export function useHashScroll(ready: () => boolean) {
  const route = useRoute()
  watch(
    [() => route.fullPath, ready],
    async ([, there]) => {
      if (!there || !route.hash) return
      await nextTick()
      document.getElementById(route.hash.slice(1))?.scrollIntoView({ block: 'start' })
    },
    { immediate: true },
  )
}
