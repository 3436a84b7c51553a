import { rowsOf } from './matrix.ts'
import { describeSite } from './site.ts'

for (const row of rowsOf(16, 'built').filter(({ file }) => file === 'middleware.ts')) {
  // Without a secret the gate signs nothing, and must do as much.
  describeSite(row, { signs: row.programme === 'brief' })
}
