/** What of a form differs from where it started: a draft keeps this alone, so that it never undoes what somebody else changed meanwhile. */
export function changesOf<T extends object>(start: T, now: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => value !== start[name as keyof T]),
  ) as Partial<T>
}
