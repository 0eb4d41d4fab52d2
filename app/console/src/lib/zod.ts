// zod without its compiler: that one tries `new Function` once, which the content security
// policy refuses and every browser reports as an error. Import z from here only.
// The mini form, a third of the other: its checks are functions, so those nobody uses stay out.
// It has no messages of its own; give every check one.
// The one place that may.
// eslint-disable-next-line no-restricted-imports
import * as z from 'zod/mini'

z.config({ jitless: true })

export { z }
