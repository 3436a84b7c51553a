import { describeSite } from './site.ts'
import { MIDDLEWARE_15, WEBPACK_15 } from './targets.ts'

describeSite(MIDDLEWARE_15, { signs: true })
describeSite(WEBPACK_15, { quick: true })
