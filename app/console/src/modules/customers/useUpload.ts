import { ref } from 'vue'
import { uploadFile } from '@/api/files'
import { useTenantSlug } from '@/api/session'
import type { Document } from './types'

/** Sends a paper of a customer; `progress` is 0–100 while it goes. */
export function useUpload() {
  const tenant = useTenantSlug()
  const progress = ref<number>()
  async function send(
    customerId: string,
    kind: string,
    file: File,
    about: { projectId?: string; issuedOn?: string; expiresOn?: string; historical?: string } = {},
  ): Promise<Document> {
    const query = new URLSearchParams({ kind, fileName: file.name })
    for (const [name, value] of Object.entries(about)) if (value) query.set(name, value)
    progress.value = 0
    try {
      return await uploadFile<Document>({
        tenant,
        path: `/v1/customers/${encodeURIComponent(customerId)}/documents?${query}`,
        file,
        onProgress: (percent) => (progress.value = percent),
      })
    } finally {
      progress.value = undefined
    }
  }
  return { progress, send }
}
