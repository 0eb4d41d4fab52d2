// Ticks of a list. Only what is on the screen counts: another page or box starts
// without any, and what was decided takes its tick with it.
import { computed, ref, type Ref } from 'vue'

export function useTicks<R extends { id: string }>(tickable: Ref<R[]>) {
  const picked = ref(new Set<string>())
  const has = (id: string) => picked.value.has(id)
  return {
    ticked: computed(() => tickable.value.filter((row) => has(row.id))),
    has,
    tick(id: string) {
      if (!tickable.value.some((row) => row.id === id)) return
      const next = new Set(picked.value)
      if (!next.delete(id)) next.add(id)
      picked.value = next
    },
    tickAll: () => (picked.value = new Set(tickable.value.map((row) => row.id))),
    untick: () => (picked.value = new Set()),
  }
}
