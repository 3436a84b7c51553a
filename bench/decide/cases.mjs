/**
 * What is measured: a subject, what it is set to, and what it is asked. As data, because each
 * runtime makes its own requests of it.
 */
import { basic, HEADERS, others, policyOf, visit } from './visits.mjs'

// What `stagedoor user add` takes for a chosen password.
const CHOSEN = 600_000
const PEERS = ['nextjs-basic-auth-middleware', 'hono-basic-auth']

/** One user, as `stagedoor user add` stores a chosen password. */
const stored = policyOf({}, CHOSEN)

const right = (headers) => visit(headers, { authorization: basic() })

/** Every subject, asked alike. */
function compare(topic, request, expected, { env = stored, also = [] } = {}) {
  const subjects = ['no-op', 'stagedoor', ...PEERS, 'snippet', ...also]
  return subjects.map((subject) => ({
    id: `${topic}/${subject}`,
    subject,
    env: subject === 'stagedoor' ? env : {},
    request,
    expected: subject === 'no-op' ? 200 : expected,
  }))
}

/** The same subject once more: the difference is the noise. */
const again = (cases, topic) => ({
  ...cases.find(({ id }) => id === `${topic}/stagedoor`),
  id: `${topic}/again`,
})

/** Letting in and refusing, against the peers. */
export function decisionCases() {
  const [bare, few, many] = [HEADERS[1], HEADERS[4], HEADERS[20]]
  const own = (topic, request, expected, env = stored, more = {}) => ({
    id: `${topic}/stagedoor`,
    subject: 'stagedoor',
    env,
    request,
    expected,
    ...more,
  })
  const cases = [
    ...compare('right, bare', right(bare), 200),
    ...compare('right, 4 headers', right(few), 200, { also: ['forwarding'] }),
    ...compare('right, 20 headers', right(many), 200, { also: ['forwarding'] }),
    ...compare('nothing', visit(few), 401),
    ...compare('wrong', visit(few, { authorization: basic('wrong') }), 401, { env: policyOf({}) }),
    own('right, with the cookie', right(bare), 200, stored, { signsIn: true }),
    own('session, bare', visit(bare), 200, stored, { signsIn: true }),
    own('session, 20 headers', visit(many), 200, stored, { signsIn: true }),
    own('address', visit(few, { 'x-real-ip': '203.0.113.7' }), 200, {
      ...policyOf({ ips: ['203.0.113.0/24'] }),
      STAGEDOOR_IP_HEADER: 'x-real-ip',
    }),
  ]
  return [...cases, again(cases, 'right, bare')]
}

/** The same policy, handed in by a store and not by the environment. */
function inStore({ env: { STAGEDOOR_POLICY: store, ...env }, ...one }) {
  return { ...one, env, store }
}

const SIZES = [1, 10, 100, 1000]
const rules = (count) => Array.from({ length: count }, (_, i) => `GET /public/section-${i}/**`)
const networks = (count) =>
  Array.from({ length: count }, (_, i) => `198.51.${i % 256}.${(i >> 8) * 16}/28`)

/** How a decision grows with the policy. */
export function growthCases() {
  const few = HEADERS[4]
  const at = (topic, subject, request, expected, more) =>
    SIZES.map((size) => ({
      id: `${topic}/${size}`,
      subject,
      request,
      expected,
      ...more(size),
    }))
  const gate = (topic, request, expected, env, more = {}) =>
    at(topic, 'stagedoor', request, expected, (size) => ({ env: env(size), ...more }))
  const wrong = visit(few, { authorization: basic('wrong') })
  const addressed = { ...right(few).headers, 'x-real-ip': '203.0.113.7' }
  const last = (size) => visit(few, {}, `/public/section-${size - 1}/leaflet`)
  const cases = [
    ...gate('users, right', right(few), 200, (size) => policyOf({}, 0, size)),
    ...gate('users, wrong', wrong, 401, (size) => policyOf({}, 0, size)),
    ...gate('users, session', visit(few), 200, (size) => policyOf({}, 0, size), { signsIn: true }),
    ...gate('rules, none covers', right(few), 200, (size) => policyOf({ allow: rules(size) })),
    ...SIZES.map((size) => ({
      id: `rules, the last covers/${size}`,
      subject: 'stagedoor',
      env: policyOf({ allow: rules(size) }),
      request: last(size),
      expected: 200,
      isPublic: true,
    })),
    ...gate('networks, none has', { ...right(few), headers: addressed }, 200, (size) => ({
      ...policyOf({ ips: networks(size) }),
      STAGEDOOR_IP_HEADER: 'x-real-ip',
    })),
    ...gate('users in a store', right(few), 200, (size) => policyOf({}, 0, size)).map(inStore),
    ...PEERS.flatMap((peer) =>
      at(`users, ${peer}`, peer, right(few), 200, (size) => ({
        env: {},
        options: { others: others(size) },
      })),
    ),
  ]
  return [...cases, { ...cases[0], id: 'users, right/again' }]
}

/** What a machine of the edge is asked first. */
export function firstCases() {
  const few = HEADERS[4]
  const made = policyOf({})
  const own = (name, request, expected, env, more = {}) => ({
    id: `first/stagedoor, ${name}`,
    subject: 'stagedoor',
    env,
    request,
    expected,
    ...more,
  })
  return [
    ...compare('first', right(few), 200, { env: made }),
    own('refused', visit(few), 401, made),
    own('session', visit(few), 200, made, { signsIn: true }),
    own('1,000 users', right(few), 200, policyOf({}, 0, 1000)),
    own('chosen password', right(few), 200, policyOf({}, CHOSEN)),
  ]
}
