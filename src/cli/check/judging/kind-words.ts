/** Why a leak of a kind matters, and what mends it. */
import type { Asked } from '../exchange.ts'
import { pathOf } from '../target.ts'
import type { Kind } from '../url-kinds.ts'

const WHY: Record<Kind, string> = {
  page: 'it is what the site is there to show',
  nowhere: 'an error page shows the frame of every page, its menu and its files',
  data: 'it holds what the page shows, without the page (CVE-2026-44573 is one way to it)',
  payload: 'it holds what the page shows, as React fetches it',
  prefetch:
    'it holds what the page shows, as React fetches it beforehand (CVE-2026-44575 is one way to it)',
  chunk: 'scripts hold texts, routes and names of what is not announced yet',
  style: 'style sheets tell what the site will look like',
  'source map': 'it holds the source code of the app, comments and all',
  media: 'fonts and pictures of the build tell what the site will show',
  image: 'the optimiser serves pictures of the site to everybody, and works for everybody',
  file: 'files of `public` are often the very thing that is not announced yet',
  metadata: 'it names the app and its pages',
  'by custom': 'it tells that there is a site',
  api: 'data and actions behind it are open to whoever finds the path',
  'error page': 'it shows the frame of every page, its menu and its files',
  internal: 'it is for those who develop the site',
  'hidden file': 'it may hold secrets, and tells how the site is made',
  'plain http': 'it is what the site is there to show, and whoever is on the way reads along',
}

export function whyKind(kind: Kind): string {
  return WHY[kind]
}

const NO_MATCHER =
  'let the gate see these paths too: export no matcher from middleware.ts or proxy.ts, and decide within; `npx stagedoor init` writes such a gate'

/** What sites open to all, at times. */
const ON_PURPOSE: Kind[] = ['page', 'api', 'file', 'metadata']

export function mendKind(kind: Kind, { target }: Asked): string {
  if (kind === 'hidden file')
    return 'serve no folder but `public`, and change every secret that stood there'
  if (kind === 'plain http') return 'send plain http on to https before anything else'
  if (!ON_PURPOSE.includes(kind)) return NO_MATCHER
  return `${NO_MATCHER}; if it is to be open, say so with --allow '${pathOf(target)}'`
}
