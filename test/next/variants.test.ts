import { rowsOf } from './matrix.ts'
import { describeAddresses } from './pass-holders.ts'
import { describeSite } from './site.ts'

for (const row of rowsOf(16, 'built')) {
  if (row.file !== 'proxy.ts' || row.programme !== 'brief') continue
  describeSite(row)
  // What depends on how a site writes its addresses.
  if (row.variant !== 'plain' && !row.nightly) describeAddresses(row)
}
