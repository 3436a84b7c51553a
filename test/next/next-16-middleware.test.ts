import { describeSite } from './site.ts'
import { MIDDLEWARE_16 } from './targets.ts'

describeSite(MIDDLEWARE_16)
