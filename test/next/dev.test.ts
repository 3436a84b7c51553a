import { describeDev } from './dev.ts'
import { rowsOf } from './matrix.ts'

for (const next of [13, 14, 15, 16] as const) {
  for (const row of rowsOf(next, 'dev')) describeDev(row)
}
