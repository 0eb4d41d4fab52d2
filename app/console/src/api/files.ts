// Files: a plain link cannot carry the tenant's header and fetch cannot tell how much
// of an upload has gone, so both are made here.
import { ApiError } from './error'

interface UploadOptions {
  /** Slug of the tenant; '' at HQ. */
  tenant: string
  /** Path with its query, parameters already encoded. */
  path: string
  file: Blob
  /** 0–100. */
  onProgress?: (percent: number) => void
  signal?: AbortSignal
}

/** Sends a file as the whole body and gives the JSON answer; throws ApiError. */
export function uploadFile<T>(options: UploadOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', options.path)
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    if (options.tenant) request.setRequestHeader('X-Zhuxin-Tenant', options.tenant)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress?.(Math.round((event.loaded / event.total) * 100))
    }
    request.onerror = () => reject(ApiError.network())
    request.onabort = () => reject(new ApiError(0, { reason: 'UPLOAD_STOPPED' }))
    request.onload = () => {
      let body: unknown = {}
      try {
        body = JSON.parse(request.responseText)
      } catch {
        // A proxy's HTML page: the status alone makes the error.
      }
      if (request.status >= 200 && request.status < 300) return resolve(body as T)
      const headers = new Headers({ 'Retry-After': request.getResponseHeader('Retry-After') ?? '' })
      reject(ApiError.of(new Response(null, { status: request.status, headers }), body))
    }
    options.signal?.addEventListener('abort', () => request.abort())
    request.send(options.file)
  })
}

/** Fetches a file with the tenant's header and hands it to the browser under `name`. */
export async function downloadFile(tenant: string, path: string, name: string): Promise<void> {
  let response: Response
  try {
    response = await fetch(path, { headers: tenant ? { 'X-Zhuxin-Tenant': tenant } : {} })
  } catch {
    throw ApiError.network()
  }
  if (!response.ok) throw ApiError.of(response, await response.json().catch(() => ({})))
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
