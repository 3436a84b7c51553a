import { rowsOf } from './matrix.ts'
import { describeSite } from './site.ts'

for (const row of rowsOf(13, 'built')) describeSite(row)
