import { uploadFile } from '@/api/files'
import type { components } from '@/api/schema'

/** Stores evidence files one after the other; each is named by its document then. */
export async function storeEvidence(tenant: string, files: File[]) {
  const stored: { documentId: string }[] = []
  for (const file of files) {
    const { documentId } = await uploadFile<components['schemas']['Evidence']>({
      tenant,
      path: `/v1/negative-list:evidence?fileName=${encodeURIComponent(file.name)}`,
      file,
    })
    stored.push({ documentId })
  }
  return stored
}
