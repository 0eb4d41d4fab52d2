/** A failure as it is stored: its code and the server's words; older ones are words alone. */
export function failureParts(failure: string): { code: string; detail: string } {
  const parts = /^([A-Z][A-Z0-9_]+): ([\s\S]*)$/.exec(failure)
  return parts ? { code: parts[1]!, detail: parts[2]! } : { code: '', detail: failure }
}
