// Papers that expire: their last day counts as valid.
const soonDays = 30

/** The status of a paper by its expiry and today, both YYYY-MM-DD; '' while it is valid. */
export function expiryOf(expiresOn: string, today: string): '' | 'EXPIRED' | 'EXPIRING' {
  if (!expiresOn) return ''
  if (expiresOn < today) return 'EXPIRED'
  const days = (Date.parse(expiresOn) - Date.parse(today)) / 86_400_000
  return days <= soonDays ? 'EXPIRING' : ''
}
