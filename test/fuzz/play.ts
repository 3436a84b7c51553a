/** Plays a world: its requests come to a gate, and each answer is held against the oracle's. */
import { type Artefact, clock, lines, makeGate } from './gates.ts'
import { judge, type Seen } from './judge.ts'
import type { Asked } from './oracle/asked.ts'
import { expect } from './oracle/decide.ts'
import { secretsOf, shownBy } from './secrets.ts'
import type { Fingerprint } from './tokens.ts'
import type { Vector, Visit, World } from './vector.ts'

/** What is wrong, and with which of the requests. */
export interface Finding {
  fault: string
  at: number
}

/** What the playing of a world came to. */
export interface Played {
  finding?: Finding
  /** Requests that came to the gate: the platform lets no others through. */
  asked: number
  /** How many were let in. */
  admitted: number
}

/** Milliseconds: many times what any request takes on a machine that does other things too. */
const SLOWEST = 20_000

/** Plays a vector. */
export async function play(
  artefact: Artefact,
  { world, visits }: Vector,
  fingerprint: Fingerprint,
): Promise<Played> {
  const told: Told = new WeakMap()
  clock.now = world.clock
  lines.length = 0
  const gate = makeGate(artefact, world, told)
  let asked = 0
  let admitted = 0
  for (let at = 0; at < visits.length; ) {
    const from = at++
    while (visits[at]?.joins) at++
    clock.now += visits[from]?.wait ?? 0
    const group = visits.slice(from, at).map((visit) => send(gate, world, visit, told, fingerprint))
    const seen = await Promise.all(group)
    asked += seen.filter((one) => one !== null).length
    for (const [i, one] of seen.entries()) {
      if (one === null) continue
      if (one.expected.kind === 'through') admitted++
      const fault = judge(one)
      if (fault !== undefined) return { finding: { fault, at: from + i }, asked, admitted }
    }
    const fault = judgeLog(seen.filter((one) => one !== null))
    if (fault !== undefined) return { finding: { fault, at: from }, asked, admitted }
  }
  return { asked, admitted }
}

type Gate = ReturnType<typeof makeGate>
type Told = WeakMap<Request, Pick<Seen, 'decision' | 'handed'>>

/** Sends one request; `null` where the platform lets no such through. */
async function send(
  gate: Gate,
  world: World,
  visit: Visit,
  told: Told,
  fingerprint: Fingerprint,
): Promise<Seen | null> {
  const made = makeRequest(visit)
  if (made === null) return null
  const { request, asked } = made
  const { now } = clock
  const expected = expect(world, asked, now, fingerprint)
  const none = { status: undefined, headers: new Headers(), body: '' }
  const started = performance.now()
  let answer: Pick<Seen, 'status' | 'headers' | 'body' | 'thrown'> = none
  try {
    const response = await gate(request, {})
    if (response) {
      const { status, headers } = response
      answer = { status, headers, body: response.body ? await response.text() : '' }
    }
  } catch (thrown) {
    answer = { ...none, thrown }
  }
  if (performance.now() - started > SLOWEST) answer = { ...none, thrown: 'too late' }
  const { decision, handed } = told.get(request) ?? { decision: undefined, handed: undefined }
  return { world, asked, now, expected, decision, handed, ...answer }
}

function makeRequest({ body, headers, method, nextUrl, url }: Visit) {
  try {
    const hasBody = body !== undefined && !['GET', 'HEAD'].includes(method.toUpperCase())
    const bytes = hasBody ? Buffer.from(body, 'latin1') : null
    const fields = new Headers(headers)
    const request = new Request(url, { method, headers: fields, body: bytes })
    // A text for a body would bring a field of its own; bytes do not.
    const asked: Asked = {
      method: request.method,
      url: request.url,
      headers: fields,
      body: hasBody ? body : '',
      nextUrl,
    }
    if (nextUrl) {
      const { searchParams } = new URL(request.url)
      Object.assign(request, { nextUrl: { ...nextUrl, searchParams } })
    }
    return { request, asked }
  } catch {
    return null
  }
}

/** The log has one line a refusal, says why, and tells nothing that is secret. */
function judgeLog(seen: Seen[]): string | undefined {
  const said = lines.splice(0)
  const reasons = said
    .map((line) => JSON.parse(line) as { event: string; reason?: string })
    .filter(({ event }) => event === 'refused')
    .map(({ reason }) => reason)
  const wanted = seen.flatMap(({ expected }) =>
    expected.kind === 'refused' ? expected.reason : [],
  )
  if (reasons.sort().join() !== wanted.sort().join()) {
    return `logged ${reasons.join() || 'nothing'}, where it must be ${wanted.join() || 'nothing'}`
  }
  const text = said.join('\n')
  const world = seen[0]?.world
  const isTold = (secret: string) => text.includes(secret)
  if (
    world &&
    secretsOf(world).some(
      (one) => isTold(one) && !seen.some(({ asked }) => asked.url.includes(one)),
    )
  ) {
    return 'logged a secret'
  }
  const paths = seen.map(({ asked }) => asked.nextUrl?.pathname ?? new URL(asked.url).pathname)
  const shown = seen.flatMap(({ asked }) => shownBy(asked.url, asked.headers))
  if (shown.some((one) => isTold(one) && !paths.join().includes(one)))
    return 'logged what was shown'
}
