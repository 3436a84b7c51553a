import { describe, expect, test } from 'vitest'
import { readWiring } from '../../../src/cli/project/wiring.ts'

/** What a user's file becomes: each step's lines, one after the other. */
function stepsOf(text: string, file = 'proxy.ts'): string[] {
  return readWiring(file, text, '/app/stagedoor.ts').steps.map(({ remove, add }) => {
    return [
      ...(remove === undefined ? [] : [`- ${remove}`]),
      ...(add === undefined ? [] : [`+ ${add}`]),
    ].join('\n')
  })
}

const IMPORT = `+ import { createGate } from './stagedoor'`
const around = (name: string) => `+ export default createGate({ next: ${name} })`

test.each<[text: string, steps: string[]]>([
  [
    'export default function proxy(request) {\n}',
    [
      IMPORT,
      '- export default function proxy(request) {\n+ function proxy(request) {',
      around('proxy'),
    ],
  ],
  [
    'export default async function (request) {\n}',
    [
      IMPORT,
      '- export default async function (request) {\n+ async function appMiddleware (request) {',
      around('appMiddleware'),
    ],
  ],
  [
    'export default auth((req) => {\n})',
    [
      IMPORT,
      '- export default auth((req) => {\n+ const appMiddleware = auth((req) => {',
      around('appMiddleware'),
    ],
  ],
  [
    'const mine = () => {}\nexport default mine;\n',
    [IMPORT, '- export default mine;', around('mine')],
  ],
  [
    'export const proxy = async (request) => {\n}',
    [
      IMPORT,
      '- export const proxy = async (request) => {\n+ const proxy = async (request) => {',
      around('proxy'),
    ],
  ],
  [
    `export { auth as middleware } from '@/auth'`,
    [
      IMPORT,
      `- export { auth as middleware } from '@/auth'\n+ import { auth as appMiddleware } from '@/auth'`,
      around('appMiddleware'),
    ],
  ],
  [
    `export { default } from "next-auth/middleware"`,
    [
      IMPORT,
      `- export { default } from "next-auth/middleware"\n+ import appMiddleware from "next-auth/middleware"`,
      around('appMiddleware'),
    ],
  ],
  [
    'function mine() {}\nexport { mine as proxy }',
    [IMPORT, '- export { mine as proxy }', around('mine')],
  ],
  // Next.js takes the one by name first.
  [
    'export default other\nexport function proxy() {}',
    [
      IMPORT,
      '- export function proxy() {}\n+ function proxy() {}',
      '- export default other',
      around('proxy'),
    ],
  ],
  // In comments and texts there is nothing.
  [
    '// export function proxy() {}\nconst a = "export default b"\nexport default mine',
    [IMPORT, '- export default mine', around('mine')],
  ],
  // Half-way: it is exported no more.
  [
    'async function proxy(request, event) {}\n',
    [IMPORT, '+ export default createGate({ next: proxy })'],
  ],
  ['module.exports = mine', [IMPORT, '+ export default createGate({ next: yourFunction })']],
  // Wired, but with an export that would be called instead.
  [
    `import { createGate } from './stagedoor'\nexport function proxy() {}\nexport default createGate({ next: proxy })`,
    ['- export function proxy() {}\n+ function proxy() {}'],
  ],
  [
    `import { createGate } from './stagedoor'\nexport default createGate({ next: a })\nexport const config = { matcher: '/a' }`,
    [`- export const config = { matcher: '/a' }`],
  ],
  [`import { createGate } from './stagedoor'\nexport default createGate()\n`, []],
])('%s', (text, steps) => {
  expect(stepsOf(text)).toEqual(steps)
})

test('a matcher beside other keys goes alone', () => {
  const text = `export default mine\nexport const config = {\n  runtime: 'nodejs',\n  matcher: ['/a', '/b'], // mine\n}`
  expect(stepsOf(text)[2]).toBe(`- matcher: ['/a', '/b']`)
})

test('a matcher between quotes of regular expressions is not overlooked', () => {
  const text = [
    `import { createGate } from './stagedoor'`,
    'const A = /`/',
    `export const config = { matcher: ['/a'] }`,
    'const B = /`/',
    'export default createGate({ next: a })',
  ].join('\n')
  expect(readWiring('proxy.ts', text, '/app/stagedoor.ts').steps).toEqual([
    {
      say: 'a matcher seems to stand here, which could not be read: take it out, because what it leaves out would never be asked for a password',
      line: 3,
    },
  ])
  const quiet = text.replace(`matcher: ['/a']`, `runtime: 'nodejs'`)
  expect(readWiring('proxy.ts', `// no matcher\n${quiet}`, '/app/stagedoor.ts').steps).toEqual([])
})

describe('a middleware that asks for a password of its own', () => {
  const refusal = `new Response('', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } })`
  const takenOut = expect.stringMatching(
    /^this file asks for a password of its own: where that is all/,
  )

  test.each([
    `export function middleware() {\n  return ${refusal}\n}`,
    `import { basic } from 'x'\nimport { nextBasicAuthMiddleware } from 'nextjs-basic-auth-middleware'\nexport const middleware = basic`,
    // The answer stands in `pages/api`.
    `export function middleware(request) {\n  const [, password] = atob(request.headers.get('authorization').slice(6)).split(':')\n  return NextResponse.rewrite('/api/basicauth')\n}`,
    `export function middleware(request) {\n  const value = request.headers.get("Authorization")\n  Buffer.from(value, 'base64').toString().split(':')\n}`,
  ])('is told to stop before all else: %s', (text) => {
    const { steps } = readWiring('middleware.ts', text, '/app/stagedoor.ts')
    expect(steps[0]).toEqual({ say: takenOut, line: 2 })
  })

  test.each([
    // The app's own clients send tokens, which the gate hands on.
    `export function middleware() {\n  return ${refusal.replace('Basic', 'Bearer')}\n}`,
    `// WWW-Authenticate: Basic\nexport function middleware() {}`,
    `export function middleware(request) {\n  const plan = 'basic'\n  return ${refusal.replace('Basic', 'Bearer')}\n}`,
    `export function middleware(request) {\n  response.headers.delete('www-authenticate')\n  fetch('https://api/basic')\n}`,
    `export function middleware(request) {\n  const token = request.headers.get('authorization').split('.')\n  return JSON.parse(atob(token[1]))\n}`,
    `export function middleware(request) {\n  verify(request.headers.get('authorization'))\n}`,
    `export function middleware(request) {\n  const nonce = Buffer.from(crypto.randomUUID()).toString('base64')\n}`,
  ])('is another thing than: %s', (text) => {
    const { steps } = readWiring('middleware.ts', text, '/app/stagedoor.ts')
    expect(steps).not.toContainEqual({ say: takenOut, line: expect.any(Number) })
  })
})

describe('nothing is overlooked', () => {
  const gated = `import { createGate } from './stagedoor'\nexport default createGate()\n`

  test('in the last of many lists', () => {
    const lists = Array.from({ length: 60 }, (_, i) => `export { a${i} }\n`).join('')
    expect(stepsOf(`${gated}${lists}export { mine as proxy }`)).toEqual([
      '- export { mine as proxy }',
    ])
  })

  test('at the end of a long list, and behind a name with a brace', () => {
    const names = Array.from({ length: 400 }, (_, i) => `name${i}`).join(', ')
    const list = `export { ${names}, a as '{', mine as proxy }`
    const [step = ''] = stepsOf(gated + list)
    expect(step).toBe(`- ${list}`)
  })

  test('behind long comments', () => {
    const note = `/* ${'a note '.repeat(60)}*/`
    const text = `export default mine ${note}\nexport const config ${note} = { matcher: '/a' }`
    expect(stepsOf(text)).toEqual([
      expect.stringContaining(IMPORT),
      `- export default mine ${note}`,
      `- export const config ${note} = { matcher: '/a' }`,
      expect.stringContaining('mine(request)'),
    ])
  })
})

describe('a matcher that is written in a roundabout way', () => {
  const gated = `import { createGate } from './stagedoor'\nexport default createGate()\n`
  const unread = {
    say: expect.stringMatching(/^what this config says could not be read/),
    line: expect.any(Number),
  }
  /** The lines of steps in a file that calls the gate already: each says that a matcher may be there. */
  const linesOf = (text: string) => {
    const { steps } = readWiring('proxy.ts', gated + text, '/app/stagedoor.ts')
    expect(steps).toEqual(steps.map(() => unread))
    return steps.map(({ line = 0 }) => gated.concat(text).split('\n')[line - 1])
  }
  const many = (row: (i: number) => string, count = 60) =>
    Array.from({ length: count }, (_, i) => row(i)).join('')
  const hidden = `config = { 'm\\x61tcher': '/nothing' }`

  test.each<[what: string, text: string, line: string]>([
    [
      'many empty lists',
      `${many(() => 'export {}\n')}export { config } from './mine'\n`,
      `export { config } from './mine'`,
    ],
    [
      'many assignments',
      `${many((i) => `let f${i} = (config = ${i}) => config\n`)}export const ${hidden}`,
      `export const ${hidden}`,
    ],
    [
      'a long list',
      `export { ${many((i) => `name${i}, `, 500)}config } from './mine'`,
      `export { ${many((i) => `name${i}, `, 500)}config } from './mine'`,
    ],
    [
      'a list with a brace in a name',
      `export { a as '{', config } from './mine'`,
      `export { a as '{', config } from './mine'`,
    ],
    [
      'a long type',
      `export const config: ${many((i) => `Type${i} & `)}Last = load()`,
      `export const config: ${many((i) => `Type${i} & `)}Last = load()`,
    ],
    [
      'a type with brackets',
      `export const config: { [name: string]: () => void; a: 1 } = load()`,
      `export const config: { [name: string]: () => void; a: 1 } = load()`,
    ],
    [
      'a type with a value',
      `export const a = 1,\n  config: <T = 1>() => T = { matcher: '/nothing' }`,
      `  config: <T = 1>() => T = { matcher: '/nothing' }`,
    ],
    [
      'a type after a long comment',
      `export const config: /* ${many(() => 'a note ')}*/ Mine = load()`,
      `export const config: /* ${many(() => 'a note ')}*/ Mine = load()`,
    ],
    [
      'an expression with a bracket before it',
      `const a = /\\(/\nexport const b = 1, config = load()`,
      `export const b = 1, config = load()`,
    ],
    [
      'a list, beside another config',
      `function f() { const config = 1 }\nexport {}\nexport { config } from './mine'`,
      `export { config } from './mine'`,
    ],
    [
      'another name',
      `let config = {}\nexport { a }\nexport { mine as config }`,
      `export { mine as config }`,
    ],
    [
      'escapes with many zeros',
      `export const c\\u{${many(() => '0')}6f}nfig = mine`,
      `export const c\\u{${many(() => '0')}6f}nfig = mine`,
    ],
    [
      'an escape of a letter',
      `export const [a] = [{ 'm\\atcher': '/' }]`,
      `export const [a] = [{ 'm\\atcher': '/' }]`,
    ],
  ])('is not overlooked behind %s', (_what, text, line) => {
    expect(linesOf(text)).toEqual([line])
  })

  test.each([
    'export { a, b as c }\nlet config = load()',
    'export const f = (a, config = load()) => a',
    'export const f = (a: A, config: B = load()) => a',
    `export const config: PageConfig = { runtime: 'nodejs' }`,
    `export const config: { runtime: string; a?: () => void } = { runtime: 'nodejs' }\nlet a = load()`,
    `const a = /[/*]/\nexport const config = { runtime: 'nodejs' }`,
    `const a = { b, config: 1 }\nlet c = { matcher: '/' }`,
    `const a = ['\\n', "\\u0041", '\\\\']`,
    'if (config == a || config >= b || config === c) a()\nexport const d = () => config',
  ])('is not seen in %j', (text) => {
    expect(linesOf(text)).toEqual([])
  })

  // Minutes, where the time grows faster than the file.
  test.each([
    'export{ ',
    'export {}\n',
    'export { a } \n',
    'export const config:',
    'export const config: (',
    'export const a = 1, config = (',
    ', config = ',
    'config = /*',
    'config = `',
    'config = `\\',
    `config = '\\\n`,
    'config = [1, ',
    'config = {config: ',
    'c\\u006f',
    'c\\u006f ',
    '\\u{0',
    `'\\`,
    `'m\\u{0`,
    '} = ',
    'export const config: A = a, ',
    'export const config: A\n= [',
  ])('takes no time that grows faster than a file of %j does', (row) => {
    for (const end of ['', `}\n${' '.repeat(100_000)}= x`]) {
      const text = gated + row.repeat(400_000 / row.length) + end
      expect(readWiring('proxy.ts', text, '/app/stagedoor.ts').file).toBe('proxy.ts')
    }
  })
})

test('a matcher that is not understood is left to the user', () => {
  const text = `export default mine\nexport const config = { matcher: [{ source: '/a', has: [] }] }`
  const { steps } = readWiring('proxy.js', text, 'stagedoor.ts')
  expect(steps.at(-1)).toEqual({
    say: 'at the end, export the gate around it; put the paths of your matcher into MINE as regular expressions',
    add: `const MINE = [/^…$/]
export default createGate({
  next: (request) =>
    MINE.some((path) => path.test(request.nextUrl.pathname)) ? mine(request) : undefined,
})`,
  })
})

test('a function of two parameters is given both', () => {
  const text = `export default function mine(request: NextRequest, event: NextFetchEvent) {}\nexport const config = { matcher: '/a' }`
  expect(stepsOf(text).at(-1)).toBe(`+ const MINE = [/^\\/a\\/?$/]
export default createGate({
  next: (request: NextRequest, event: NextFetchEvent) =>
    MINE.some((path) => path.test(request.nextUrl.pathname)) ? mine(request, event) : undefined,
})`)
})

test('types that the file does not import yet come with the gate', () => {
  const text = `export { auth as middleware } from '@/auth'\nexport const config = { matcher: '/a' }`
  expect(stepsOf(text, 'src/middleware.ts')[0]).toBe(
    `${IMPORT}\nimport type { NextFetchEvent, NextRequest } from 'next/server'`,
  )
  expect(stepsOf(text, 'src/middleware.js')[0]).toBe(IMPORT)
})
