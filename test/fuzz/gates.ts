/** Gates of the worlds: made by the code that is tested, with a clock and a log of their own. */
import type { Gate, GateOptions } from '../../src/gate/gate.ts'
import type { Seen } from './judge.ts'
import type { Fingerprint } from './tokens.ts'
import type { World } from './vector.ts'
import { START } from './words.ts'
import { LIMITED, VERIFIED } from './world.ts'

/** What is tested. */
export interface Artefact {
  createGate(options?: GateOptions): Gate
}

const VARIABLES = [
  'AUTH_PASSWORD',
  'AUTH_USER',
  'NODE_ENV',
  'STAGEDOOR',
  'STAGEDOOR_COOKIE',
  'STAGEDOOR_IP_HEADER',
  'STAGEDOOR_POLICY',
  'STAGEDOOR_SECRET',
  'STAGEDOOR_SIGN_IN',
  'VERCEL',
  'VERCEL_AUTOMATION_BYPASS_SECRET',
  'VERCEL_ENV',
  'VERCEL_TARGET_ENV',
]

/** Sets just these of the variables that the gate reads. */
export function setEnvironment(values: { [name: string]: string }): void {
  for (const name of VARIABLES) {
    const value = values[name]
    if (value !== undefined) process.env[name] = value
    else if (name in process.env) delete process.env[name]
  }
}

/** Milliseconds since the epoch: what `Date.now` says in this thread. */
export const clock = { now: START }
/** What was logged since it was last emptied. */
export const lines: string[] = []

/** The thread has this clock and this log from now on. */
export function takeOver(): void {
  Date.now = () => clock.now
  for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
    console[level] = (...texts: unknown[]) => void lines.push(texts.map(String).join(' '))
  }
}

type Told = Pick<Seen, 'decision' | 'handed'>

/** Makes the gate of a world. `told` gets what the app is told of each request. */
export function makeGate(
  { createGate }: Artefact,
  world: World,
  told: WeakMap<Request, Told>,
): Gate {
  const { environment, place, policy } = world
  setEnvironment(
    place === 'environment' ? { ...environment, STAGEDOOR_POLICY: policy } : environment,
  )
  const tell = (request: Request, more: Told) =>
    void told.set(request, { ...told.get(request), ...more } as Told)
  const options: GateOptions = {
    onDecision: (decision, request) => tell(request, { decision } as Told),
    ...(place === 'option' && { policy: JSON.parse(policy) }),
    ...(place === 'store' && { store: () => ({ get: async () => readItem(policy) }) }),
    ...(world.limits && { limiter: (_request: Request, userId: string) => userId !== LIMITED }),
    ...(world.verifies && { verify }),
    ...(world.app !== 'none' && {
      next: (request: Request) => {
        tell(request, { handed: new Headers(request.headers) } as Told)
        return answerAsApp(world.app)
      },
    }),
  }
  return createGate(options)
}

/** A store has an item, or a text. */
function readItem(policy: string): unknown {
  return policy.length % 2 === 0 && policy.startsWith('{"version":1,"')
    ? JSON.parse(policy)
    : policy
}

function verify(userId: string, password: string) {
  if (userId === 'broken') throw new Error(password)
  const known = Object.hasOwn(VERIFIED, userId) ? VERIFIED[userId] : undefined
  return (known?.password === password ? known.answer : null) as boolean
}

function answerAsApp(app: World['app']): Response | undefined {
  const own = { 'set-cookie': 'of-the-app=1', 'cache-control': 'public, s-maxage=60', vary: 'RSC' }
  if (app === 'next') return new Response(null, { headers: { ...own, 'x-middleware-next': '1' } })
  if (app === 'redirect') {
    return new Response(null, { status: 307, headers: { ...own, location: '/elsewhere' } })
  }
  if (app === 'page') return new Response('<p>of the app', { status: 203, headers: own })
  if (app !== 'override') return
  const override = { 'x-middleware-override-headers': 'x-a', 'x-middleware-request-x-a': '1' }
  return new Response(null, { headers: { ...own, ...override, 'x-middleware-next': '1' } })
}

/**
 * What passes hang on, read from those that the gate itself gives to who may have them. Nothing else
 * of a pass is the gate's alone.
 */
export async function learnFingerprints(
  artefact: Artefact,
  worlds: readonly World[],
): Promise<Fingerprint> {
  const known = new Map<string, string>()
  const secrets = [
    ...new Set(worlds.map(({ environment }) => environment['STAGEDOOR_SECRET'] ?? '')),
  ]
  const ask = async (what: string, of: string, world: World, headers: HeadersInit) => {
    for (const secret of secrets) {
      const environment = { ...world.environment, STAGEDOOR: 'on', STAGEDOOR_SECRET: secret }
      const gate = makeGate(artefact, { ...world, environment }, new WeakMap())
      const answer = await gate(new Request('https://staging.example/', { headers }))
      const [, token = ''] = /stagedoor=([^;]+)/.exec(answer?.headers.get('set-cookie') ?? '') ?? []
      const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}'
      known.set(`${secret} ${what} ${of}`, JSON.parse(payload).fpr ?? '')
    }
  }
  for (const [what, of, world, headers] of askers(worlds)) await ask(what, of, world, headers)
  return (what, of) => {
    const name = what === 'pair' ? of.normalize('NFC') : of
    return known.get(`${process.env['STAGEDOOR_SECRET'] ?? ''} ${what} ${name}`) ?? ''
  }
}

/** Who is given each kind of pass. */
function* askers(worlds: readonly World[]): Generator<[string, string, World, HeadersInit]> {
  const sample = { ...(worlds[0] as World), place: 'option', app: 'none', limits: false } as World
  const policyOf = (users: object) => JSON.stringify({ version: 1, users })
  const field = (userId: string, password: string) => ({
    Authorization: `Basic ${Buffer.from(`${userId}:${password}`).toString('base64')}`,
  })
  const asked = new Set<string>()
  for (const { people, environment } of worlds) {
    for (const { verifier, password } of people) {
      const pair = password.normalize('NFC')
      if (asked.has(verifier || `pair ${pair}`)) continue
      asked.add(verifier || `pair ${pair}`)
      const own = verifier
        ? { ...sample, environment: {}, policy: policyOf({ h: { verifier } }) }
        : {
            ...sample,
            environment: { AUTH_USER: 'h', AUTH_PASSWORD: pair },
            place: 'pair' as const,
          }
      yield [verifier ? 'user' : 'pair', verifier || pair, own, field('h', password)]
    }
    const bypass = environment['VERCEL_AUTOMATION_BYPASS_SECRET']
    if (bypass === undefined || asked.has(`bypass ${bypass}`)) continue
    asked.add(`bypass ${bypass}`)
    const own = { ...sample, policy: policyOf({}) }
    const headers = { 'x-vercel-protection-bypass': bypass, 'x-vercel-set-bypass-cookie': 'true' }
    yield [
      'bypass',
      bypass,
      { ...own, environment: { VERCEL_AUTOMATION_BYPASS_SECRET: bypass } },
      headers,
    ]
  }
  const vera = VERIFIED['vera']?.password as string
  const verified = { ...sample, environment: {}, verifies: true, policy: policyOf({}) }
  yield ['verified', '', verified, field('vera', vera)]
}
