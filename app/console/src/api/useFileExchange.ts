// A file that is sent as soon as it is chosen, and the template for it: progress, and what
// went wrong with either.
import { ref } from 'vue'
import { downloadFile, uploadFile } from './files'
import { useTenantSlug } from './session'

export function useFileExchange() {
  const tenant = useTenantSlug()
  const chosen = ref<File | null>(null)
  const progress = ref<number>()
  const failure = ref<unknown>(null)

  /** The answer, or nothing when it failed; path gets the file's name added. */
  async function send<T>(path: string, file: File): Promise<T | undefined> {
    chosen.value = file
    failure.value = null
    progress.value = 0
    try {
      return await uploadFile<T>({
        tenant,
        path: `${path}&fileName=${encodeURIComponent(file.name)}`,
        file,
        onProgress: (percent) => (progress.value = percent),
      })
    } catch (error) {
      failure.value = error
    } finally {
      progress.value = undefined
      chosen.value = null
    }
  }
  async function fetchFile(path: string, name: string) {
    failure.value = null
    try {
      await downloadFile(tenant, path, name)
    } catch (error) {
      failure.value = error
    }
  }
  return { chosen, progress, failure, send, fetchFile }
}
