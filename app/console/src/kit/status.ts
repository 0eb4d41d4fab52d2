// Status -> tone (ui.md 4.3). Proto enums arrive as RATING_STATUS_PENDING_APPROVAL;
// the part after the kind decides, so that one word has one colour everywhere.

export type Tone = 'neutral' | 'warning' | 'primary' | 'success' | 'danger'

const tones: Record<Tone, string[]> = {
  neutral: [
    'DRAFT',
    'CLOSED',
    'DISABLED',
    'RETIRED',
    'ARCHIVED',
    'WITHDRAWN',
    'LAPSED',
    'REMOVED',
    'REVOKED',
    'CANCELLED',
    'RELEASED',
    'PENDING',
    'INACTIVE',
    'SUPERSEDED',
    'USED_UP',
  ],
  warning: [
    'SUBMITTED',
    'PENDING_APPROVAL',
    'PENDING_REVIEW',
    'PENDING_UPLOAD',
    'EXPIRING',
    'WARN',
    'HOLD',
    'WAITING',
    'INVITED',
    'PARTIALLY_SETTLED',
    'PARTIAL',
    'NEAR_LIMIT',
    'OPEN',
    'RETURNED',
  ],
  primary: [
    'IN_APPROVAL',
    'RUNNING',
    'PROVISIONING',
    'SYNCING',
    'SCHEDULED',
    'RESERVED',
    'IN_PROGRESS',
    'QUEUED',
    'PROCESSING',
  ],
  success: [
    'EFFECTIVE',
    'APPROVED',
    'SETTLED',
    'NORMAL',
    'ACTIVE',
    'DONE',
    'ALLOW',
    'SUCCEEDED',
    'COMMITTED',
    'COMPLETED',
    'READY',
    'OK',
    'VERIFIED',
    'ACCEPTED',
    'APPLIED',
  ],
  danger: [
    'OVERDUE',
    'OVER_LIMIT',
    'REJECTED',
    'FROZEN',
    'STOPPED',
    'DISHONEST',
    'LISTED',
    'BLOCK',
    'FAILED',
    'SUSPENDED',
    'EXPIRED',
    'DUPLICATE',
    'BLOCKED',
  ],
}

const toneOf = new Map(
  Object.entries(tones).flatMap(([tone, words]) => words.map((word) => [word, tone as Tone])),
)

/** RATING_STATUS_EFFECTIVE, effective and Effective are all EFFECTIVE. */
export function statusWord(status: string): string {
  const upper = status
    .trim()
    .toUpperCase()
    .replace(/[\s-]+/g, '_')
  return upper.replace(/^.*?_?(?:STATUS|STATE|DECISION|OUTCOME)_/, '')
}

export const statusTone = (status: string): Tone => toneOf.get(statusWord(status)) ?? 'neutral'

/** Every word the map knows, for the test that each has a text. */
export const knownStatusWords = [...toneOf.keys()]
