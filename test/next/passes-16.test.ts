import { describePasses } from './pass-holders.ts'
import { PROXY_16 } from './targets.ts'

describePasses(PROXY_16)
