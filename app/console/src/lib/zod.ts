// zod without its compiler: that one tries `new Function` once, which the content security
// policy refuses and every browser reports as an error. Import z from here only.
// The one place that may.
// eslint-disable-next-line no-restricted-imports
import { z } from 'zod'

z.config({ jitless: true })

export { z }
