/** Deployments, each with its variables, and what is asked of them. */
import {
  automationToken,
  CORS,
  cookie,
  NAVIGATE,
  OTHER_SECRET,
  SECRET,
  shareToken,
} from '../gate/passes.ts'
import { base64, basic, type Policy, usersOf, verifierOf } from '../gate/visit.ts'
import type { Ask } from '../next/wire.ts'
import credentials from '../vectors/credentials.json'
import paths from '../vectors/paths.json'
import type { Variables } from './function.ts'

export interface World {
  name: string
  variables: Variables
  asks: Ask[]
}

/** A text of a vector, or pieces of one and how often each stands there. */
type Text = string | (string | number)[][]

interface PathRow {
  name: string
  rules: string[]
  url: string
  method?: string
  headers?: { [name: string]: string }
  nextUrl?: object
  answer: string
}

const withPolicy = (policy: Policy, more: Variables = {}): Variables => ({
  STAGEDOOR_POLICY: JSON.stringify(policy),
  VERCEL_ENV: 'preview',
  ...more,
})

const fields = (headers: { [name: string]: string }) => Object.entries(headers)

function write(text: Text): string {
  if (typeof text === 'string') return text
  return text.map(([piece, times]) => `${piece}`.repeat(Number(times))).join('')
}

const bytesOf = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))

/** Each row of the credentials' vectors: what is asked, and what comes of it. */
export async function credentialRows() {
  const texts = Object.entries(credentials.users as { [name: string]: Text })
  const passwords = Object.fromEntries(texts.map(([name, text]) => [name, write(text)]))
  const variables = withPolicy({ version: 1, users: await usersOf(passwords) })
  return credentials.rows.map((row) => {
    const { name, field, userPass, hex, answer } = row as typeof row & { userPass?: Text }
    const token = hex === undefined ? base64(write(userPass ?? '')) : base64(bytesOf(hex))
    const asked: Ask = { target: '/', headers: [['Authorization', field ?? `Basic ${token}`]] }
    return { name, variables, asked, answer }
  })
}

/** Each row of the paths' vectors that is of an app without base path and locales. */
export function pathRows() {
  // The `Request` of the edge's VM cannot be made with `patch`, which is another method than PATCH.
  const rows = (paths as unknown as PathRow[]).filter(
    (row) => !row.nextUrl && row.method !== 'patch',
  )
  return rows.map(({ name, rules, url, method, headers = {}, answer }) => {
    const variables = withPolicy({ version: 1, allow: rules })
    const asked: Ask = { target: url, headers: fields(headers), ...(method && { method }) }
    return { name, variables, asked, answer, rules }
  })
}

/** All of the paths' vectors under one policy, which opens what a few of them do. */
function pathsWorld(): World {
  const rules = ['/api/hook', '/api/hook/**', '/a.png', '/*.png', '/docs/**', '/a/**/z', '/café']
  return {
    name: 'paths',
    variables: withPolicy({ version: 1, allow: [...rules, 'POST /api/**', 'OPTIONS /api/**'] }),
    asks: pathRows().map(({ asked }) => asked),
  }
}

async function credentialsWorld(): Promise<World> {
  const rows = await credentialRows()
  const { variables = {} } = rows[0] ?? {}
  return { name: 'credentials', variables, asks: rows.map(({ asked }) => asked) }
}

/** A user of the house, by her password. */
export const ALICE = fields({ Authorization: basic('alice', 'secret') })
const BYPASS = 'the-platform-s-own-secret-of-32-characters'

async function house(): Promise<Policy> {
  const paula = { verifier: await verifierOf('paula', 1000), paths: ['/pricing', '/pricing/**'] }
  const gone = { verifier: await verifierOf('gone'), expires: '2020-01-01T00:00:00Z' }
  const { alice } = await usersOf({ alice: 'secret' })
  return {
    version: 1,
    realm: 'The "House"',
    users: { alice: { verifier: '', ...alice, roles: ['admin'] }, paula, gone },
    allow: ['/robots.txt', 'POST /api/hook/**'],
    ips: ['203.0.113.0/24'],
    revoked: ['id-of-revoked'],
  }
}

async function housesAsks(): Promise<Ask[]> {
  const pass = await automationToken({ paths: ['/api/**'] })
  const link = await shareToken()
  const paula = fields({ Authorization: basic('paula', 'paula') })
  const passes = [
    pass,
    await automationToken({ roles: ['viewer'] }),
    await automationToken({ jti: 'id-of-revoked' }),
    await automationToken({ exp: 1 }),
    await automationToken({}, OTHER_SECRET),
    await automationToken({ iss: 'x' }),
    `${pass.slice(0, -1)}.`,
    link,
    'e30.e30.e30',
  ]
  const kinds = [{}, NAVIGATE, CORS, { Accept: 'application/json' }, { Accept: 'text/html' }]
  const targets = ['/', '/pricing', '/pricing/a', '/robots.txt', '/api/x', '/secret.txt', '/admin']
  return [
    ...targets.flatMap((target) => [
      ...kinds.map((kind) => ({ target, headers: fields(kind) })),
      ...[ALICE, paula].map((headers) => ({ target, headers })),
      ...passes.map((one) => ({ target, headers: fields({ 'x-stagedoor-pass': one }) })),
      ...passes.map((one) => ({ target, headers: fields({ Authorization: `Bearer ${one}` }) })),
      ...passes.map((one) => ({ target, headers: fields(cookie(one)) })),
      ...passes.map((one) => ({
        target: `${target}?a=1&stagedoor=${one}`,
        headers: fields(NAVIGATE),
      })),
    ]),
    ...['HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'].flatMap((method) =>
      ['/', '/api/hook/a'].flatMap((target) => [
        { method, target },
        { method, target, headers: ALICE },
      ]),
    ),
    { target: '/', headers: [...ALICE, ['Cookie', 'a=b; __Host-stagedoor=x; c=d']] },
    { target: '/', headers: [...ALICE, ['x-stagedoor-user', 'forged'], ['x-stagedoor-x', 'y']] },
    { target: '/', headers: fields({ 'x-stagedoor-user': 'forged' }) },
    { target: '/', headers: fields({ Authorization: basic('gone', 'gone') }) },
    { target: '/', headers: [['x-real-ip', '203.0.113.7']] },
    { target: '/', headers: [['x-real-ip', '198.51.100.7']] },
    { target: '/', headers: fields({ 'x-vercel-protection-bypass': BYPASS }) },
    { target: '/', headers: fields({ 'x-vercel-protection-bypass': 'wrong' }) },
    { target: `/?x-vercel-protection-bypass=${BYPASS}`, headers: fields(NAVIGATE) },
    {
      target: `/pricing?x-vercel-protection-bypass=${BYPASS}&x-vercel-set-bypass-cookie=true`,
      headers: fields(NAVIGATE),
    },
    { target: '/.stagedoor/sign-out', headers: fields(NAVIGATE) },
    { target: '/.stagedoor/sign-in', headers: fields(NAVIGATE) },
    ...signInAsks(),
  ]
}

/** A form, from the site itself and from another. */
function signInAsks(): Ask[] {
  const form = (password: string, site: string, to = '%2Fadmin'): Ask => ({
    method: 'POST',
    target: '/.stagedoor/sign-in',
    headers: fields({
      ...NAVIGATE,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Sec-Fetch-Site': site,
    }),
    body: `user=alice&password=${password}&to=${to}`,
  })
  return [
    form('secret', 'same-origin'),
    form('wrong', 'same-origin'),
    form('secret', 'cross-site'),
    form('secret', 'same-origin', '%2F%2Fevil.example'),
  ]
}

/** What an app is asked in all of its deployments. */
const FEW: Ask[] = [
  ...['/', '/secret.txt', '/backstage', '/_next/static/x.js', '/robots.txt'].flatMap((target) => [
    { target },
    { target, headers: fields(NAVIGATE) },
    { target, headers: ALICE },
    { target, headers: fields({ Authorization: basic('alice', 'wrong') }) },
  ]),
  { target: '/', method: 'HEAD' },
  { target: '/', method: 'POST', body: 'a=b' },
]

export async function worlds(): Promise<World[]> {
  const signs = { STAGEDOOR_SECRET: SECRET, VERCEL: '1', VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS }
  const policy = await house()
  const asks = await housesAsks()
  const shut = (name: string, variables: Variables) => ({ name, variables, asks: FEW })
  return [
    await credentialsWorld(),
    pathsWorld(),
    { name: 'passes', variables: withPolicy(policy, signs), asks },
    {
      name: 'sign-in page',
      variables: withPolicy(policy, { ...signs, STAGEDOOR_SIGN_IN: 'page' }),
      asks,
    },
    shut('no policy', { VERCEL_ENV: 'preview' }),
    shut('a policy that is none', { STAGEDOOR_POLICY: '{"version":2}' }),
    shut('two variables', { AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' }),
    shut('production', withPolicy(policy, { VERCEL_ENV: 'production' })),
    shut('production, on', withPolicy(policy, { VERCEL_ENV: 'production', STAGEDOOR: 'on' })),
    shut('off', withPolicy(policy, { STAGEDOOR: 'off' })),
    shut('open', withPolicy({ ...policy, open: true })),
  ]
}
