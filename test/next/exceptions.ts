/**
 * What the server answers although nobody may enter, because Next.js or Node.js answers
 * before any middleware. Each by its name, with the reason, and no wider than it is.
 */
import type { Inventory } from './inventory.ts'
import type { Answer, Ask } from './wire.ts'

export interface Exception {
  name: string
  reason: string
  /** Texts of the site that such an answer shows. */
  shows?: string[]
  covers(
    request: Required<Pick<Ask, 'target' | 'method'>> & Ask,
    answer: Answer,
    inventory: Inventory,
  ): boolean
}

export const exceptions: Exception[] = [
  {
    name: '308 to the one spelling of a path',
    reason:
      'Next.js cleans `//`, `\\`, dots and the last slash first. It asks again, and is refused.',
    covers: (_, { status, headers, body }) =>
      status === 308 && ['', headers.location].includes(body.toString()),
  },
  {
    name: 'redirects() of next.config',
    reason: 'They come before middleware: the Location is public.',
    covers: ({ target }, { status, headers }) =>
      status === 307 &&
      /^(\/base)?(\/de|\/en)?\/old\/?$/.test(target) &&
      /\/dynamic\/?$/.test(headers.location ?? ''),
  },
  {
    name: 'locale detection',
    reason: 'Under i18n the home page redirects to the language asked for, before middleware.',
    covers: ({ target }, { status, headers }) =>
      status === 307 && /^(\/base)?\/?$/.test(target) && headers.location === '/de',
  },
  {
    name: '404 of /_next/data without .json',
    reason: 'Next.js knows that there is no such file, and draws its own error page.',
    shows: ['BACKSTAGE-root-layout', 'BACKSTAGE-not-found'],
    covers: ({ target }, { status }, { buildId }) =>
      status === 404 && target.includes(`/_next/data/${buildId}`) && !/\.json(\?.*)?$/.test(target),
  },
  {
    name: '500 for TRACE and for *',
    reason: 'Next.js cannot make a Request of them, so no middleware can run. An error page.',
    covers: ({ method, target }, { status }) =>
      status === 500 && (method === 'TRACE' || target === '*'),
  },
  {
    name: '404 of the image optimiser of 14',
    reason:
      'It answers before any middleware; with `unoptimized` by saying that it is not there. Drawn with the app’s layout.',
    shows: ['BACKSTAGE-root-layout', 'BACKSTAGE-not-found'],
    covers: ({ target }, { status }, { major }) =>
      major === 14 && status === 404 && /^(\/base|\/de|\/en)?\/_next\/image\/?(\?|$)/.test(target),
  },
  {
    name: '500 of the image optimiser of 14 for a state tree that is none',
    reason: 'It draws that same 404, before any middleware, and cannot read the field.',
    covers: ({ target, headers = [] }, { status }, { major }) =>
      major === 14 &&
      status === 500 &&
      /^(\/base|\/de|\/en)?\/_next\/image\/?(\?|$)/.test(target) &&
      headers.some(([name]) => name === 'next-router-state-tree'),
  },
  {
    name: '400 for * before 15',
    reason: 'Next.js itself refuses a target that is no path.',
    covers: ({ target }, { status }, { major }) => major < 15 && status === 400 && target === '*',
  },
  {
    name: '500 for `/\\` under i18n before 16',
    reason:
      'Next.js cannot read such a path there, with a gate or without: `invalid relative URL`.',
    covers: ({ target }, { status, body }, { major }) =>
      major < 16 &&
      status === 500 &&
      /^(\/base)?\/\\/.test(target) &&
      body.toString() === 'Internal Server Error',
  },
  {
    name: '400 of Node.js for malformed HTTP',
    reason: 'The parser refuses it; no body.',
    covers: (_, { status, body }) => status === 400 && body.length === 0,
  },
  {
    name: '431 for fields of more than 16 KB',
    reason: 'The limit of Node.js; no body.',
    covers: (_, { status, body }) => status === 431 && body.length === 0,
  },
  {
    name: '417 for another Expect than 100-continue',
    reason: 'Node.js refuses it; no body.',
    covers: (_, { status, body }) => status === 417 && body.length === 0,
  },
  {
    name: 'no answer to CONNECT, nor to a WebSocket',
    reason: 'The connection is closed, or stays silent.',
    covers: ({ method, headers = [] }, { status, body }) =>
      (method === 'CONNECT' || headers.some(([name]) => name === 'Upgrade')) &&
      status === 0 &&
      // 13 and 14 write that, without a status, and hang up.
      ['', 'Internal Server Error'].includes(body.toString()),
  },
]
