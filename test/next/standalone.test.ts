import { describeSite } from './site.ts'
import { STANDALONE_16 } from './targets.ts'

describeSite(STANDALONE_16, { signs: true })
