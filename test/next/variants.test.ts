import { describeSite } from './site.ts'
import { PROXY_16 } from './targets.ts'

for (const variant of ['basePath', 'i18n', 'trailingSlash'] as const) {
  describeSite({ ...PROXY_16, name: `next-16-${variant}`, variant }, { quick: true })
}
