// The rows of a list as a file, with the filters in force.
import { useMutation } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { downloadFile } from '@/api/files'
import { useTenantSlug } from '@/api/session'

type Filters = () => Record<string, string>

/** Tenant is empty at HQ. */
export function useFile(tenant: string, path: string, name: () => string, filters: Filters) {
  const { locale } = useI18n()
  return useMutation({
    mutationFn: () => {
      const query = new URLSearchParams({ lang: locale.value.startsWith('en') ? 'en' : 'zh' })
      for (const [key, value] of Object.entries(filters())) if (value) query.set(key, value)
      return downloadFile(tenant, `${path}?${query}`, `${name()}.xlsx`)
    },
  })
}

export const useListFile = (path: string, name: () => string, filters: Filters) =>
  useFile(useTenantSlug(), path, name, filters)
