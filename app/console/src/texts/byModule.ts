/** The files of a glob by their name without folder and ending. */
export function byModule(files: Record<string, { default: object }>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [path.replace(/^.*\/|\.json$/g, ''), file.default]),
  )
}
