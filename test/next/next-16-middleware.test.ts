import { describeSite } from './site.ts'
import { MIDDLEWARE_16 } from './targets.ts'

// Where the server is `127.0.0.1`, and not `localhost`, Next.js asks itself for each rewrite.
describeSite(MIDDLEWARE_16, { host: '127.0.0.1' })
