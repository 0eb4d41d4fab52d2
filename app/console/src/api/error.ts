// One error type for everything the API answers; its text comes from the stable
// reason, with the server's own message as the fallback.

/** One fault of one input field; `field` is the path in the request: items[2].weight */
export interface FieldFault {
  field: string
  reason: string
  message: string
}

interface ErrorBody {
  code?: number
  reason?: string
  message?: string
  fields?: FieldFault[]
  metadata?: Record<string, string>
  request_id?: string
}

export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly code: number
  /** Stable reason in upper snake case; NETWORK and UNEXPECTED_ANSWER are made here. */
  readonly reason: string
  readonly fields: FieldFault[]
  readonly metadata: Record<string, string>
  readonly requestId: string
  /** Seconds after which a limited or unavailable request may be tried again; 0 is unknown. */
  readonly retryAfter: number

  constructor(code: number, body: ErrorBody, retryAfter = 0) {
    super(body.message ?? '')
    this.name = 'ApiError'
    this.code = code
    this.reason = body.reason ?? 'UNEXPECTED_ANSWER'
    this.fields = body.fields ?? []
    this.metadata = body.metadata ?? {}
    this.requestId = body.request_id ?? ''
    this.retryAfter = retryAfter
  }

  /** The same request may succeed later without any change. */
  get temporary(): boolean {
    return this.code === 0 || this.code === 429 || this.code === 502 || this.code === 503 || this.code === 504
  }

  static network(): ApiError {
    return new ApiError(0, { reason: 'NETWORK' })
  }

  /** Makes the error of an answer whose body was read already; a proxy's HTML page has no reason. */
  static of(response: Response, body: unknown): ApiError {
    const known = typeof body === 'object' && body !== null ? (body as ErrorBody) : {}
    const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
    return new ApiError(
      response.status,
      { ...known, request_id: known.request_id ?? response.headers.get('X-Request-Id') ?? '' },
      Number.isFinite(seconds) ? seconds : 0,
    )
  }
}

/** A path of the server in the form's own spelling: items[2].max_credit_fen is items[2].maxCreditFen */
export function formPath(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The first fault of each field, by form path. */
export function faultsByField(error: unknown): Record<string, FieldFault> {
  if (!(error instanceof ApiError)) return {}
  const faults: Record<string, FieldFault> = {}
  for (const fault of error.fields) faults[formPath(fault.field)] ??= fault
  return faults
}
