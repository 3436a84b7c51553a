import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { GATE_READS } from '../../src/cli/doctor/built-in.ts'
import { type FindingId, MEANINGS } from '../../src/cli/doctor/finding-ids.ts'
import { storeClient, wiringText } from '../../src/cli/project/store-wiring.ts'
import {
  envOf,
  findings,
  follow,
  git,
  idsOf,
  makeProject,
  otherGate,
  runDoctor,
  SECRET,
  treeOf,
  VERIFIER,
} from './doctor-support.ts'
import { GATE, makeTree, runInit, type Tree } from './init-support.ts'

type Changes = Record<string, string | null | undefined>

const DAY = 86_400_000
const after = (days: number) => new Date(Date.now() + days * DAY).toISOString().replace(/\.\d+/, '')
const alice = { verifier: VERIFIER }
const page = 'export default function Page() { return null }\n'
const own = `import { createGate } from './stagedoor'\n`
const mine = 'function mine() {}\n'

/** What shows a finding, and what does no more; `follow` where that is what its mend says. */
interface Row {
  id: FindingId
  level: 'error' | 'warning' | 'note'
  broken: Changes
  mended: Changes | 'follow'
  version?: string
  mendedVersion?: string
  seen?: [file: string, line: number | null]
}

const ROWS: Row[] = [
  {
    id: 'file-unreadable',
    level: 'error',
    broken: { 'next.config.js': `// ${'x'.repeat(1_000_001)}` },
    mended: {},
    seen: ['next.config.js', null],
  },
  {
    id: 'file-unreadable',
    level: 'error',
    broken: { '.env.production/x': '' },
    mended: {},
    seen: ['.env.production', null],
  },
  {
    id: 'config-unreadable',
    level: 'warning',
    broken: { 'next.config.js': 'module.exports = { output: process.env.OUT }' },
    mended: { 'next.config.js': "module.exports = { output: 'standalone' }" },
  },
  {
    id: 'config-unreadable',
    level: 'warning',
    broken: { 'next.config.js': 'module.exports = { pageExtensions: [a] }' },
    mended: { 'next.config.js': 'module.exports = {}' },
  },
  {
    id: 'next-not-installed',
    level: 'note',
    broken: { 'node_modules/next/package.json': undefined },
    mended: {},
  },
  {
    id: 'next-differs',
    level: 'warning',
    broken: { 'package.json': JSON.stringify({ dependencies: { next: '15.1.0' } }) },
    mended: { 'package.json': JSON.stringify({ dependencies: { next: '16.4.6' } }) },
    seen: ['package.json', null],
  },
  {
    id: 'next-too-old',
    level: 'error',
    version: '12.1.0',
    broken: {},
    mended: {},
    mendedVersion: '16.4.6',
  },
  ...['*', 'latest', ''].map(
    (next): Row => ({
      id: 'next-unpinned',
      level: 'warning',
      broken: { 'package.json': JSON.stringify({ dependencies: { next } }) },
      mended: { 'package.json': JSON.stringify({ dependencies: { next: '^16.4.6' } }) },
      seen: ['package.json', null],
    }),
  ),
  {
    id: 'cache-control-13',
    level: 'warning',
    version: '13.5.11',
    broken: {},
    mended: {},
    mendedVersion: '14.2.35',
  },
  {
    id: 'advisory-bypass',
    level: 'error',
    version: '15.2.2',
    broken: {},
    mended: {},
    mendedVersion: '15.5.29',
  },
  {
    id: 'advisory-bypass',
    level: 'warning',
    version: '14.2.35',
    broken: { '.vercel/project.json': '{}' },
    mended: {},
    mendedVersion: '15.5.29',
  },
  {
    id: 'advisory-rules',
    level: 'note',
    version: '16.2.4',
    broken: {},
    mended: {},
    mendedVersion: '16.2.5',
  },
  {
    id: 'advisory-rules',
    level: 'warning',
    version: '16.2.4',
    broken: { '.env.local': envOf({ allow: ['/robots.txt'] }) },
    mended: {},
    mendedVersion: '16.2.5',
  },
  {
    id: 'advisory-matcher',
    level: 'note',
    version: '16.2.10',
    broken: {},
    mended: {},
    mendedVersion: '16.2.11',
  },
  {
    id: 'advisory-inside',
    level: 'warning',
    version: '16.0.6',
    broken: {},
    mended: {},
    mendedVersion: '16.4.1',
  },
  {
    id: 'advisory-inside',
    level: 'error',
    version: '16.0.6',
    broken: { '.env.local': envOf({ allow: ['/robots.txt'] }) },
    mended: {},
    mendedVersion: '16.4.1',
  },
  {
    id: 'advisory-own',
    level: 'note',
    version: '15.4.6',
    broken: {
      'middleware.ts': `${own}${mine}export default createGate({ next: mine })\n`,
      'stagedoor.ts': GATE,
    },
    mended: {},
  },
  {
    id: 'advisory-cache',
    level: 'note',
    version: '16.3.7',
    broken: {},
    mended: {},
    mendedVersion: '16.3.8',
  },
  {
    id: 'static-export',
    level: 'error',
    broken: { 'next.config.js': "module.exports = { output: 'export' }" },
    mended: { 'next.config.js': 'module.exports = {}' },
  },
  { id: 'routers-apart', level: 'error', broken: { 'src/pages/index.tsx': page }, mended: {} },
  { id: 'gate-missing', level: 'error', broken: { 'proxy.ts': undefined }, mended: 'follow' },
  {
    id: 'gate-missing',
    level: 'error',
    broken: { 'proxy.ts': 'export default function proxy() {}\n' },
    mended: {},
    seen: ['proxy.ts', null],
  },
  {
    id: 'gate-missing',
    level: 'error',
    broken: {
      'proxy.ts': `import { createGate } from './lib/nothing'\nexport default createGate()\n`,
    },
    mended: { 'proxy.ts': `${own}export default createGate()\n`, 'stagedoor.ts': GATE },
    seen: ['proxy.ts', 1],
  },
  {
    id: 'gate-missing',
    level: 'error',
    broken: {
      'proxy.ts': `import { createGate } from '.'\nexport default createGate()\n`,
      'index.ts': `export * from './lib/gate'\n`,
      'lib/gate.ts': 'export const createGate = () => () => undefined\n',
    },
    mended: {
      'proxy.ts': `import { createGate } from '.'\nexport default createGate()\n`,
      'index.ts': `export * from './lib/gate.js'\n`,
      'lib/gate.ts': GATE,
    },
  },
  {
    id: 'gate-unknown',
    level: 'warning',
    broken: { 'proxy.ts': `import { createGate } from '@a/b'\nexport default createGate()\n` },
    mended: {
      'proxy.ts': `import { createGate } from '@/lib/gate'\nexport default createGate()\n`,
      'src/lib/gate.ts': GATE,
    },
  },
  {
    id: 'gate-unknown',
    level: 'warning',
    broken: {
      'proxy.ts': 'const createGate = () => () => undefined\nexport default createGate()\n',
    },
    mended: {
      'proxy.ts': `import { createGate } from 'stagedoor'\nexport default createGate()\n`,
      'package.json': '{"dependencies":{"next":"16.4.6","stagedoor":"1.0.0"}}',
    },
  },
  {
    id: 'gate-not-called',
    level: 'error',
    broken: {
      'proxy.ts': "import gate from './lib/stagedoor'\nexport default gate\n",
      'stagedoor.ts': GATE,
    },
    mended: {
      'proxy.ts': "export { default } from './stagedoor'\n",
      'stagedoor.ts': GATE,
    },
  },
  {
    id: 'gate-missing',
    level: 'error',
    broken: {
      'proxy.ts': "import gate from './stagedoor'\nexport default gate\n",
      'stagedoor.ts': "import { createGate } from './own'\nexport default createGate()\n",
      'own.ts': 'export const createGate = () => () => undefined\n',
    },
    mended: {
      'proxy.ts': "import gate from './stagedoor'\nexport default gate\n",
      'stagedoor.ts': "import { createGate } from './own'\nexport default createGate()\n",
      'own.ts': GATE,
    },
    seen: ['proxy.ts', 1],
  },
  {
    id: 'gate-unread',
    level: 'error',
    broken: { 'proxy.ts': undefined, 'src/proxy.ts': GATE },
    mended: 'follow',
    seen: ['src/proxy.ts', null],
  },
  {
    id: 'gate-unread',
    level: 'error',
    broken: { 'middleware.ts': undefined, 'proxy.ts': GATE },
    mended: 'follow',
    version: '15.5.29',
  },
  {
    id: 'gate-unread',
    level: 'error',
    broken: { 'proxy.ts': undefined, 'proxy.mts': GATE },
    mended: 'follow',
  },
  {
    id: 'gate-unread',
    level: 'error',
    broken: { 'next.config.js': "module.exports = { pageExtensions: ['page.tsx', 'page.ts'] }" },
    mended: 'follow',
  },
  { id: 'gate-unread', level: 'warning', broken: { 'src/proxy.ts': GATE }, mended: 'follow' },
  {
    id: 'middleware-unread',
    level: 'warning',
    broken: { 'src/middleware.ts': 'export function middleware() {}\n' },
    mended: {},
  },
  {
    id: 'middleware-twice',
    level: 'error',
    broken: { 'middleware.ts': 'export function middleware() {}\n' },
    mended: {},
  },
  {
    id: 'gate-not-called',
    level: 'error',
    broken: { 'proxy.ts': 'export default function proxy() {}\n', 'stagedoor.ts': GATE },
    mended: { 'proxy.ts': `${own}export default createGate()\n`, 'stagedoor.ts': GATE },
  },
  {
    id: 'gate-not-called',
    level: 'error',
    broken: {
      'proxy.ts': "import gate from './stagedoor'\nexport default function proxy() {}\n",
      'stagedoor.ts': GATE,
    },
    mended: {
      'proxy.ts': "import gate from './stagedoor'\nexport default gate\n",
      'stagedoor.ts': GATE,
    },
  },
  {
    id: 'gate-passed-by',
    level: 'error',
    broken: {
      'proxy.ts': `${own}export default createGate()\nexport function proxy() {}\n`,
      'stagedoor.ts': GATE,
    },
    mended: {
      'proxy.ts': `${own}export default createGate()\nfunction proxy() {}\n`,
      'stagedoor.ts': GATE,
    },
    seen: ['proxy.ts', 3],
  },
  {
    id: 'gate-passed-by',
    level: 'warning',
    broken: {
      'proxy.ts': `${own}const gate = createGate()\nexport default function proxy(request: Request) {\n  return request.url ? undefined : gate(request)\n}\n`,
      'stagedoor.ts': GATE,
    },
    mended: { 'proxy.ts': `${own}export default createGate()\n`, 'stagedoor.ts': GATE },
  },
  {
    id: 'gate-answer-dropped',
    level: 'error',
    broken: {
      'proxy.ts': `${own}const gate = createGate()\nexport default async function proxy(request: Request) {\n  await gate(request)\n  return NextResponse.next()\n}\n`,
      'stagedoor.ts': GATE,
    },
    mended: {
      'proxy.ts': `${own}const gate = createGate()\nexport default async function proxy(request: Request) {\n  return await gate(request)\n}\n`,
      'stagedoor.ts': GATE,
    },
    seen: ['proxy.ts', 4],
  },
  {
    id: 'gate-answer-dropped',
    level: 'error',
    broken: {
      'proxy.ts': `${own}const gate = createGate()\nexport default async function proxy(request: Request) {\n  const answer = await gate(request)\n  return NextResponse.next()\n}\n`,
      'stagedoor.ts': GATE,
    },
    mended: {
      'proxy.ts': `${own}const gate = createGate()\nexport default async function proxy(request: Request) {\n  const answer = await gate(request)\n  return answer\n}\n`,
      'stagedoor.ts': GATE,
    },
  },
  {
    id: 'challenge-own',
    level: 'warning',
    broken: {
      'proxy.ts': `${own}export default createGate({ next: mine })\nfunction mine() {\n  return new Response('', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } })\n}\n`,
      'stagedoor.ts': GATE,
    },
    mended: {
      'proxy.ts': `${own}export default createGate({ next: mine })\n// no more WWW-Authenticate: Basic\nfunction mine() {}\n`,
      'stagedoor.ts': GATE,
    },
    seen: ['proxy.ts', 4],
  },
  {
    id: 'gate-edited',
    level: 'warning',
    broken: { 'proxy.ts': GATE.replace(/\n$/, '\n// mine\n') },
    mended: 'follow',
  },
  { id: 'gate-outdated', level: 'warning', broken: { 'proxy.ts': otherGate() }, mended: 'follow' },
  {
    id: 'gate-unused',
    level: 'warning',
    broken: { 'stagedoor.ts': GATE },
    mended: { 'stagedoor.ts': undefined },
    seen: ['stagedoor.ts', null],
  },
  {
    id: 'gate-unused',
    level: 'warning',
    broken: {
      'stagedoor.ts': `import { createGate } from './gate'\nexport default createGate({ limiter })\n`,
      'gate.ts': GATE,
    },
    mended: {
      'proxy.ts': `import { createGate } from './gate'\nexport default createGate({ limiter })\n`,
      'gate.ts': GATE,
    },
    seen: ['stagedoor.ts', 2],
  },
  {
    id: 'redirects',
    level: 'note',
    broken: {
      'next.config.js':
        "module.exports = {\n  async redirects() {\n    return [{ source: '/a', destination: '/b', permanent: true }]\n  },\n}\n",
    },
    mended: { 'next.config.js': '// redirects() {}\nmodule.exports = {}\n' },
    seen: ['next.config.js', 2],
  },
  {
    id: 'rewrites-elsewhere',
    level: 'note',
    broken: {
      'next.config.js':
        "module.exports = { rewrites: async () => [{ source: '/a', destination: 'https://other.example/a' }] }",
    },
    mended: {
      'next.config.js':
        "module.exports = { rewrites: async () => [{ source: '/a', destination: '/b' }] }",
    },
  },
  {
    id: 'host-parameter',
    level: 'warning',
    broken: {
      'next.config.js':
        "module.exports = { rewrites: async () => [{ source: '/:tenant', destination: 'https://:tenant.example/a' }] }",
    },
    mended: {
      'next.config.js':
        "module.exports = { rewrites: async () => [{ source: '/:tenant', destination: 'https://a.example/:tenant' }] }",
    },
  },
  {
    id: 'public-caching',
    level: 'note',
    broken: {
      'next.config.js':
        "module.exports = { headers: async () => [{ source: '/a', headers: [{ key: 'Cache-Control', value: 'public, max-age=60' }] }] }",
    },
    mended: {
      'next.config.js':
        "module.exports = { headers: async () => [{ source: '/a', headers: [{ key: 'X-A', value: 'public' }] }] }",
    },
  },
  {
    id: 'public-caching',
    level: 'warning',
    broken: {
      'next.config.js':
        "module.exports = { headers: async () => [{ source: '/a', headers: [{ key: 'Surrogate-Control', value: 'max-age=60' }] }] }",
    },
    mended: {},
  },
  {
    id: 'public-caching',
    level: 'warning',
    broken: {
      'vercel.json':
        '{\n"headers": [{ "source": "/a", "headers": [{ "key": "Cache-Control", "value": "s-maxage=9" }] }] }',
    },
    mended: { 'vercel.json': '{}' },
    seen: ['vercel.json', 2],
  },
  {
    id: 'images-past-gate',
    level: 'warning',
    version: '14.2.35',
    broken: { 'app/page.tsx': `import Image from 'next/image'\n${page}` },
    mended: {
      'app/page.tsx': `import Image from 'next/image'\n${page}`,
      'next.config.js': 'module.exports = { images: { unoptimized: true } }',
    },
  },
  {
    id: 'images-any-host',
    level: 'warning',
    broken: {
      'next.config.js':
        "module.exports = { images: { remotePatterns: [{ protocol: 'https', hostname: '**' }] } }",
    },
    mended: {
      'next.config.js':
        "module.exports = { images: { remotePatterns: [{ protocol: 'https', hostname: 'a.example' }] } }",
    },
  },
  ...['next start -H 127.0.0.1', 'next start -p 80 --hostname=10.0.0.1'].map((start) => {
    const app = (script: string) => ({
      'app/page.tsx': `import Image from 'next/image'\n${page}`,
      'package.json': JSON.stringify({
        dependencies: { next: '16.4.6' },
        scripts: { start: script },
      }),
    })
    return {
      id: 'images-refused' as const,
      level: 'warning' as const,
      broken: app(start),
      mended: app('next start -H localhost'),
      seen: ['package.json', null] as [string, null],
    }
  }),
  {
    id: 'images-elsewhere',
    level: 'note',
    broken: {
      'next.config.js':
        "module.exports = { images: { loader: 'custom', loaderFile: './loader.js' } }",
    },
    mended: { 'next.config.js': 'module.exports = { images: {} }' },
  },
  {
    id: 'source-maps',
    level: 'note',
    broken: { 'next.config.js': 'module.exports = { productionBrowserSourceMaps: true }' },
    mended: { 'next.config.js': 'module.exports = { productionBrowserSourceMaps: false }' },
  },
  {
    id: 'draft-mode-public',
    level: 'error',
    broken: {
      '.env.local': envOf({ allow: ['/api/*'] }),
      'app/api/draft/route.ts': 'x',
      'app/api/draft-on/route.ts': `import { draftMode } from 'next/headers'\nexport async function GET() {\n  ;(await draftMode()).enable()\n}\n`,
    },
    mended: 'follow',
    seen: ['app/api/draft-on/route.ts', 3],
  },
  {
    id: 'actions-public',
    level: 'warning',
    broken: {
      '.env.local': envOf({ allow: ['/pricing'] }),
      'app/pricing/page.tsx': page,
      'app/actions.ts': `'use server'\nexport async function buy() {}\n`,
    },
    mended: 'follow',
    seen: ['app/actions.ts', 1],
  },
  {
    id: 'rules-everything',
    level: 'error',
    broken: { '.env.local': envOf({ allow: ['/**'] }) },
    mended: 'follow',
    seen: ['.env.local', 1],
  },
  {
    id: 'rule-wide',
    level: 'warning',
    broken: { '.env.local': envOf({ allow: ['/_next/**'] }) },
    mended: 'follow',
  },
  {
    id: 'policy-open',
    level: 'warning',
    broken: { '.env.local': envOf({ open: true }) },
    mended: 'follow',
    seen: ['.env.local', 1],
  },
  ...(
    [
      ['policy-open', 'warning', '{ version: 1, open: true }'],
      ['rules-everything', 'error', `{ 'version': 1, allow: ["/**"] } as const`],
      ['policy-invalid', 'error', '{ open: true }'],
      ['policy-in-code', 'note', 'mine'],
      ['policy-in-code', 'note', '{ version: 1, open: mine } '],
      ['policy-in-code', 'note', '{ version: 1 } && mine'],
    ] as const
  ).map(
    ([id, level, policy]): Row => ({
      id,
      level,
      broken: {
        'proxy.ts': `${own}export default createGate({\n  next() {},\n  policy: ${policy},\n})\n`,
        'stagedoor.ts': GATE,
      },
      mended: {
        'proxy.ts': `${own}export default createGate({ next: ({ policy: a }) => {}, limiter() {} })\n`,
        'stagedoor.ts': GATE,
      },
      seen: ['proxy.ts', 4],
    }),
  ),
  ...['{ policy }', '{ ...mine }', `{ ['policy']: {} }`, `{ 'policy': mine }`, 'mine'].map(
    (options): Row => ({
      id: 'policy-in-code',
      level: 'note',
      broken: {
        'proxy.ts': `${own}export default createGate(${options})\n`,
        'stagedoor.ts': GATE,
      },
      mended: {
        'proxy.ts': `${own}export default createGate({ 'next': mine })\n`,
        'stagedoor.ts': GATE,
      },
      seen: ['proxy.ts', 2],
    }),
  ),
  ...(
    [
      ['error', 'next.config.js', "module.exports = { env: { STAGEDOOR: 'off' } }"],
      ['error', 'next.config.js', "module.exports = { env: { A: b, STAGEDOOR: 'off' } }"],
      ['error', 'next.config.js', "module.exports = { env: { VERCEL_ENV: 'production' } }"],
      ['warning', 'next.config.js', 'module.exports = { env: { STAGEDOOR: a } }'],
      ['error', 'next.config.js', "process.env.STAGEDOOR = 'off'\nmodule.exports = {}"],
      ['warning', 'next.config.js', "process.env['STAGEDOOR'] ??= a\nmodule.exports = {}"],
      ['error', 'vercel.json', '{ "env": { "STAGEDOOR": "off" } }'],
      ['error', 'vercel.json', '{ "build": { "env": { "STAGEDOOR": "0" } } }'],
      ['warning', 'vercel.json', '{ "env": { "STAGEDOOR_SECRET": "@secret" } }'],
    ] as const
  ).map(
    ([level, file, text]): Row => ({
      id: 'variable-built-in',
      level,
      broken: { [file]: text },
      mended: {
        [file]:
          file === 'vercel.json'
            ? '{ "env": { "A": "1" } }'
            : "module.exports = { env: { A: 'STAGEDOOR' } }",
      },
      seen: [file, 1],
    }),
  ),
  {
    id: 'policy-invalid',
    level: 'error',
    broken: { '.env.local': "A=1\nSTAGEDOOR_POLICY='{}'\n" },
    mended: {},
    seen: ['.env.local', 2],
  },
  {
    id: 'policy-missing',
    level: 'warning',
    broken: { '.env.local': `STAGEDOOR_SECRET=${SECRET}\n` },
    mended: {},
  },
  {
    id: 'policy-large',
    level: 'error',
    version: '15.5.29',
    broken: {
      '.env.local': envOf({ revoked: Array.from({ length: 400 }, (_, i) => `pass-${i}-${i}`) }),
    },
    mended: {},
  },
  {
    id: 'user-expired',
    level: 'warning',
    broken: {
      '.env.local': envOf({
        users: {
          alice,
          bob: {
            ...alice,
            verifier: VERIFIER.replace(/:.{22}:/, `:${SECRET.slice(0, 21)}A:`),
            expires: after(-1),
          },
        },
      }),
    },
    mended: 'follow',
  },
  {
    id: 'user-expiring',
    level: 'note',
    broken: { '.env.local': envOf({ users: { alice: { ...alice, expires: after(3) } } }) },
    mended: 'follow',
  },
  {
    id: 'verifier-weak',
    level: 'warning',
    broken: {
      '.env.local': envOf({
        users: { alice: { verifier: VERIFIER.replace('sha256', 'pbkdf2-sha256:1000') } },
      }),
    },
    mended: 'follow',
  },
  {
    id: 'verifier-weak',
    level: 'note',
    broken: {
      '.env.local': envOf({
        users: { alice: { verifier: VERIFIER.replace('sha256', 'pbkdf2-sha256:200000') } },
      }),
    },
    mended: 'follow',
  },
  {
    id: 'verifier-hand-made',
    level: 'warning',
    broken: {
      '.env.local': envOf({
        users: {
          alice: {
            verifier: VERIFIER.replace(
              /:.{22}:/,
              `:${Buffer.from('salt-salt-salt-!').toString('base64url')}:`,
            ),
          },
        },
      }),
    },
    mended: 'follow',
  },
  {
    id: 'verifier-hand-made',
    level: 'warning',
    broken: { '.env.local': envOf({ users: { alice, bob: alice } }) },
    mended: 'follow',
  },
  {
    id: 'password-short',
    level: 'warning',
    broken: { '.env.local': `AUTH_USER=a\nAUTH_PASSWORD=short\nSTAGEDOOR_SECRET=${SECRET}\n` },
    mended: {
      '.env.local': `AUTH_USER=a\nAUTH_PASSWORD=a-longer-one-than-that\nSTAGEDOOR_SECRET=${SECRET}\n`,
    },
    seen: ['.env.local', 2],
  },
  {
    id: 'ips-everybody',
    level: 'error',
    broken: { '.env.local': envOf({ ips: ['0.0.0.0/0'] }) },
    mended: 'follow',
  },
  {
    id: 'ip-header',
    level: 'note',
    broken: { '.env.local': envOf({ ips: ['10.0.0.0/8'] }, 'STAGEDOOR_IP_HEADER=x-client\n') },
    mended: { '.env.local': envOf({ ips: ['10.0.0.0/8'] }) },
  },
  {
    id: 'ip-header',
    level: 'warning',
    broken: {
      '.vercel/project.json': '{}',
      '.env.local': envOf({ ips: ['10.0.0.0/8'] }, 'STAGEDOOR_IP_HEADER=x-client\n'),
    },
    mended: {},
  },
  {
    id: 'switch-off',
    level: 'error',
    broken: { '.env.production': 'STAGEDOOR=off\n' },
    mended: {},
    seen: ['.env.production', 1],
  },
  {
    id: 'switch-off',
    level: 'warning',
    broken: { '.env.local': envOf({}, 'STAGEDOOR=off\n') },
    mended: 'follow',
  },
  {
    id: 'switch-off',
    level: 'warning',
    broken: {
      'package.json': JSON.stringify({
        scripts: { start: 'STAGEDOOR=off next start' },
        dependencies: { next: '^16.4.6' },
      }),
    },
    mended: { 'package.json': JSON.stringify({ dependencies: { next: '^16.4.6' } }) },
    seen: ['package.json', null],
  },
  {
    id: 'switch-unknown',
    level: 'warning',
    broken: { '.env': 'STAGEDOOR=yes\n' },
    mended: { '.env': 'STAGEDOOR=on\n' },
  },
  {
    id: 'secret-missing',
    level: 'note',
    broken: { '.env.local': envOf().replace(/^STAGEDOOR_SECRET.*\n/m, '') },
    mended: 'follow',
  },
  {
    id: 'secret-short',
    level: 'warning',
    broken: { '.env.local': envOf({}, 'STAGEDOOR_SECRET=abc\n') },
    mended: {},
  },
  {
    id: 'secret-weak',
    level: 'error',
    broken: { '.env.local': envOf({}, `STAGEDOOR_SECRET=${'abcdef'.repeat(8)}\n`) },
    mended: {},
  },
  {
    id: 'secret-weak',
    level: 'error',
    broken: {
      '.env.local': envOf({}, 'STAGEDOOR_SECRET=my-very-long-staging-secret-of-2026-for-us\n'),
    },
    mended: {},
  },
  {
    id: 'secret-example',
    level: 'error',
    broken: { '.env.example': `STAGEDOOR_SECRET=${SECRET}\n` },
    mended: { '.env.example': 'STAGEDOOR_SECRET=\n' },
  },
  {
    id: 'secret-shared',
    level: 'warning',
    broken: { '.env.production': `STAGEDOOR_SECRET=${SECRET}\n` },
    mended: { '.env.production': `STAGEDOOR_SECRET=${SECRET.slice(3)}xyz\n` },
  },
  {
    id: 'secret-public',
    level: 'error',
    broken: { '.env': `NEXT_PUBLIC_KEY=${SECRET}\n` },
    mended: { '.env': 'NEXT_PUBLIC_KEY=1\n' },
    seen: ['.env', 1],
  },
  {
    id: 'secret-public',
    level: 'error',
    broken: {
      'next.config.js':
        'module.exports = { env: { STAGEDOOR_SECRET: process.env.STAGEDOOR_SECRET } }',
    },
    mended: { 'next.config.js': 'module.exports = { env: { A: process.env.A } }' },
  },
]

describe('each finding, and what mends it', () => {
  test.each(ROWS.map((row, i): [string, Row] => [`${i} ${row.id} (${row.level})`, row]))(
    '%s',
    async (_name, row) => {
      const { id, level, broken, mended, version = '16.4.6', mendedVersion = version, seen } = row
      const dir = makeProject(broken, version)
      const found = (await findings(dir)).find((one) => one.id === id)
      expect(found).toMatchObject({
        id,
        level,
        ...(seen && { file: seen[0], line: seen[1] }),
        why: expect.stringMatching(/^\S/),
        mend: expect.stringMatching(/^\S/),
      })
      if (mended === 'follow') await follow(dir, found?.mend ?? '')
      const after = mended === 'follow' ? dir : makeProject(mended, mendedVersion)
      expect(await idsOf(after)).not.toContain(id)
    },
  )

  test('of git', async () => {
    const dir = makeProject({ '.next/BUILD_ID': 'x' })
    git(dir, 'init', '-q')
    expect(await idsOf(dir)).toEqual(['env-not-ignored'])
    git(dir, 'add', '-f', '.env.local', '.next')
    const found = await findings(dir)
    expect(found.map(({ id, level, file }) => [id, level, file])).toEqual([
      ['env-tracked', 'error', '.env.local'],
      ['build-tracked', 'warning', '.next/BUILD_ID'],
    ])
    fs.writeFileSync(path.join(dir, '.gitignore'), '.env*\n/.next/\n')
    for (const { mend } of found) await follow(dir, mend)
    expect(await idsOf(dir)).toEqual([])
    fs.writeFileSync(path.join(dir, '.git/config'), '[core]\n\trepositoryformatversion = 99\n')
    expect(await idsOf(dir)).toEqual(['env-git-unknown'])
  })

  test('an .env without secrets belongs into the repository', async () => {
    const dir = makeProject({ '.env': 'A=1\n', '.gitignore': '.env.local\n' })
    git(dir, 'init', '-q')
    git(dir, 'add', '.env')
    expect(await idsOf(dir)).toEqual([])
  })

  test('where there is no app', async () => {
    expect(await idsOf(makeTree({}))).toEqual(['app-missing'])
    expect(await idsOf(makeTree({ 'package.json': '{' }))).toEqual(['app-missing'])
    const unknown = { 'package.json': '{"dependencies":{"next":"latest"}}', 'app/page.tsx': page }
    expect(await idsOf(makeTree(unknown))).toEqual(['app-missing'])
  })

  test('at the root of a monorepo', async () => {
    const tree = Object.entries(treeOf()).map(([name, text]) => [`apps/web/${name}`, text])
    const dir = makeTree({
      'package.json': '{"workspaces":["apps/*"]}',
      ...Object.fromEntries(tree),
    })
    const [found] = await findings(dir)
    expect(found).toMatchObject({ id: 'monorepo-root', level: 'error' })
    expect(found?.mend).toBe('run `npx stagedoor doctor --cwd apps/web`')
    expect(await idsOf(dir, '--cwd', 'apps/web')).toEqual([])
  })

  test('all are shown here, by the tests of the matcher, or by those of Vercel', () => {
    const elsewhere = ['app-missing', 'monorepo-root', 'build-tracked', 'vercel-unasked']
    const others = Object.keys(MEANINGS).filter((id) => /^(matcher|env)-/.test(id))
    const shown = [...ROWS.map(({ id }) => id), ...elsewhere, ...others]
    expect([...new Set(shown)].sort()).toEqual(Object.keys(MEANINGS).sort())
  })
})

describe('a healthy app', () => {
  test.each(['15.5.29', '16.4.6'])('as init makes it, with Next.js %s', async (version) => {
    for (const tree of [{}, { 'src/app/page.tsx': page }]) {
      const dir = makeTree({
        ...treeOf(
          {
            'proxy.ts': undefined,
            'middleware.ts': undefined,
            '.env.local': undefined,
            ...('src/app/page.tsx' in tree ? { 'app/page.tsx': undefined } : {}),
            ...tree,
          },
          version,
        ),
      })
      expect((await runInit(dir)).code).toBe(0)
      expect(await runDoctor(dir)).toEqual({
        code: 0,
        stdout: expect.stringMatching(
          /^nothing found: next [\d.]+, gate in (?:src\/)?(?:proxy|middleware)\.ts\n$/,
        ),
        stderr: '',
      })
    }
  })

  test.each(['13.5.11', '14.2.35'])(
    'with Next.js %s has faults of that version alone',
    async (version) => {
      const dir = makeTree(treeOf({ 'middleware.ts': undefined, '.env.local': undefined }, version))
      expect((await runInit(dir, '--force')).code).toBe(0)
      const ids = await idsOf(dir)
      expect(ids).toContain('advisory-bypass')
      const own = version.startsWith('13') ? ['cache-control-13'] : []
      expect(ids.filter((id) => !id.startsWith('advisory-'))).toEqual(own)
    },
  )

  test('knows all that the gate reads', () => {
    const text = fs.readFileSync(new URL('../../src/gate/environment.ts', import.meta.url), 'utf8')
    const read = [...text.matchAll(/process\.env\.(\w+)/g)].map(([, name]) => name)
    expect([...new Set(read)].sort()).toEqual(GATE_READS)
  })

  test('with a store, or with a middleware of its own around which the gate is', async () => {
    const client = storeClient('global-config')
    const store = { 'proxy.ts': wiringText(client), 'stagedoor.ts': GATE }
    expect(await idsOf(makeProject(store))).toEqual([])
    const around = {
      'proxy.ts': `${own}${mine}export default createGate({ next: mine })\n`,
      'stagedoor.ts': GATE,
    }
    expect(await idsOf(makeProject(around))).toEqual([])
  })

  test('by its lock file, where nothing is installed', async () => {
    const locks: Record<string, string> = {
      'package-lock.json': '{"packages":{"node_modules/next":{"version":"15.2.2"}}}',
      'pnpm-lock.yaml':
        "lockfileVersion: '9.0'\nimporters:\n\n  .:\n    dependencies:\n      next:\n        specifier: ^15\n        version: 15.2.2(react@19.0.0)\n",
      'yarn.lock': 'next@^15.0.0:\n  version "15.2.2"\n',
      'bun.lock': '{ "packages": { "next": ["next@15.2.2", "", {}] } }',
    }
    for (const [file, text] of Object.entries(locks)) {
      const package_ = JSON.stringify({ dependencies: { next: '^15.0.0' } })
      const dir = makeProject(
        { 'package.json': package_, 'node_modules/next/package.json': undefined, [file]: text },
        '15.5.29',
      )
      const found = await findings(dir)
      expect(found.find(({ id }) => id === 'next-not-installed')?.what).toContain(
        `version 15.2.2 is what ${file} says`,
      )
      expect(found.find(({ id }) => id === 'advisory-bypass')?.what).toContain('CVE-2025-29927')
    }
  })
})

describe('what it prints, and how it ends', () => {
  test('in words', async () => {
    const dir = makeProject({ '.env.local': envOf({ open: true, allow: ['/**'] }) })
    expect(await runDoctor(dir)).toEqual({
      code: 1,
      stdout: [
        'error:  rules-everything  .env.local:1',
        '  by the rules of .env.local everything is public',
        '  why: nobody is asked for a password',
        "  mend: take out what opens it: `npx stagedoor allow remove '/**'`",
        '',
        'warning:  policy-open  .env.local:1',
        '  the policy of .env.local is open',
        '  why: everybody gets in without a password',
        '  mend: run `npx stagedoor close`',
        '',
      ].join('\n'),
      stderr:
        'stagedoor: error: 1 error, 1 warning found\nstagedoor: hint: mend the first, then run `npx stagedoor doctor` again\n',
    })
  })

  test('a warning is a failure with --strict alone, and a note never', async () => {
    const warned = makeProject({ '.env.local': envOf({ open: true }) })
    expect((await runDoctor(warned)).code).toBe(0)
    expect((await runDoctor(warned)).stderr).toBe('\n1 warning\n')
    expect((await runDoctor(warned, ['--strict'])).code).toBe(1)
    const noted = makeProject({
      'next.config.js': 'module.exports = { productionBrowserSourceMaps: true }',
    })
    expect((await runDoctor(noted, ['--strict'])).code).toBe(0)
  })

  test('to machines', async () => {
    const { code, stdout } = await runDoctor(makeProject({}, '15.2.2'), ['--json'])
    const document = JSON.parse(stdout)
    expect({ code, ...document, findings: undefined }).toMatchObject({
      code: 1,
      next: { version: '15.2.2', from: 'installed' },
      gate: 'middleware.ts',
      counts: { error: 1 },
    })
    expect(document.findings[0].advisories[0]).toEqual({
      id: 'CVE-2025-29927',
      ghsa: 'GHSA-f82v-jwr5-mffw',
      what: expect.any(String),
      effect: 'skips',
      affected: expect.arrayContaining([{ from: '15.0.0', fixed: '15.2.3' }]),
      notOnVercel: true,
      link: 'https://github.com/advisories/GHSA-f82v-jwr5-mffw',
      withoutMatcher: 'the gate never runs: everything is open',
      withMatcher: 'the gate never runs: everything is open',
    })
  })

  test('never a secret', async () => {
    const tree: Tree = treeOf({
      '.env': `NEXT_PUBLIC_KEY=${SECRET}\nAUTH_USER=a\nAUTH_PASSWORD=hunter2\n`,
      '.env.example': `STAGEDOOR_SECRET=${SECRET}\n`,
      '.env.production': `STAGEDOOR_SECRET=${SECRET}\n`,
      '.env.local': envOf({ users: { alice, bob: alice } }),
    })
    for (const args of [[], ['--json']]) {
      const { stdout, stderr } = await runDoctor(makeTree(tree), args)
      for (const secret of [SECRET, 'hunter2', VERIFIER.split(':').at(-1) ?? '']) {
        expect(stdout + stderr).not.toContain(secret)
      }
      expect(stdout).toContain('secret-public')
    }
  })
})
