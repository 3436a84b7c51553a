import { describeAddresses } from './pass-holders.ts'
import { describeSite } from './site.ts'
import { PROXY_16, type Target } from './targets.ts'

for (const variant of ['basePath', 'i18n', 'trailingSlash'] as const) {
  const target: Target = { ...PROXY_16, name: `next-16-${variant}`, variant }
  describeSite(target, { quick: true, signs: true })
  describeAddresses(target)
}
