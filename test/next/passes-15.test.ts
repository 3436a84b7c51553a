import { describePasses } from './pass-holders.ts'
import { MIDDLEWARE_15 } from './targets.ts'

describePasses(MIDDLEWARE_15)
