/** Makes a vector smaller that shows a fault, as long as it goes on showing it. */
import type { Vector, Visit } from './vector.ts'

/** Whether a smaller vector shows the same fault. */
type Shows = (vector: Vector) => Promise<boolean>

/** Shrinks a vector: fewer requests, fewer fields, a smaller policy, shorter texts. */
export async function shrink(vector: Vector, shows: Shows): Promise<Vector> {
  let small = vector
  for (let rounds = 0; rounds < 8; rounds++) {
    const before = small
    for (const smaller of candidates(before)) {
      const tried = smaller(small)
      if (tried && (await shows(tried))) small = tried
    }
    if (JSON.stringify(small) === JSON.stringify(before)) break
  }
  return small
}

type Smaller = (vector: Vector) => Vector | null

function* candidates(vector: Vector): Generator<Smaller> {
  const last = (_: Visit, i: number, { length }: Visit[]) => i === length - 1
  yield (from) => keep(from, last)
  for (let size = vector.visits.length >> 1; size > 0; size >>= 1) {
    for (let at = vector.visits.length - size; at >= 0; at -= size) {
      yield (from) => keep(from, (_, i) => i < at || i >= at + size)
    }
  }
  yield* fewer('allow')
  yield* fewer('ips')
  yield* fewer('revoked')
  for (let at = vector.world.people.length - 1; at >= 0; at--) yield withoutPerson(at)
  for (const name of Object.keys(vector.world.environment)) yield withoutVariable(name)
  yield (from) => ({ ...from, world: { ...from.world, verifies: false } })
  yield (from) => ({ ...from, world: { ...from.world, limits: false } })
  yield (from) => ({ ...from, world: { ...from.world, app: 'none' } })
  yield* smallerVisits(vector)
}

/** Keeps some requests, each of them at the time when it came. */
function keep(from: Vector, isKept: (visit: Visit, i: number, all: Visit[]) => boolean) {
  const visits: Visit[] = []
  let waited = 0
  for (const [i, visit] of from.visits.entries()) {
    waited += visit.wait ?? 0
    if (!isKept(visit, i, from.visits)) continue
    const { wait: _, ...rest } = visit
    visits.push(waited > 0 ? { ...rest, wait: waited } : rest)
    waited = 0
  }
  return visits.length > 0 ? { ...from, visits } : null
}

function* fewer(list: 'allow' | 'ips' | 'revoked'): Generator<Smaller> {
  for (let at = 5; at >= 0; at--) {
    yield (from) => {
      const policy = readPolicy(from)
      if (!policy || from.world[list].length <= at) return null
      const left = from.world[list].filter((_, i) => i !== at)
      const text = JSON.stringify({ ...policy, [list]: left })
      return { ...from, world: { ...from.world, [list]: left, policy: text } }
    }
  }
}

function withoutPerson(at: number): Smaller {
  return (from) => {
    const policy = readPolicy(from)
    const person = from.world.people[at]
    if (!policy || !person) return null
    const users = Object.entries(policy.users as object)
    const left = users.filter(([name]) => name.normalize('NFC') !== person.userId)
    const text = JSON.stringify({ ...policy, users: Object.fromEntries(left) })
    const people = from.world.people.filter((_, i) => i !== at)
    return { ...from, world: { ...from.world, people, policy: text } }
  }
}

/** The policy; nothing where it is none. */
function readPolicy({ world }: Vector): { [key: string]: unknown } | null {
  return world.isFaulty || world.policy === '' ? null : JSON.parse(world.policy)
}

function withoutVariable(name: string): Smaller {
  return (from) => {
    const { [name]: _, ...environment } = from.world.environment
    // Of a pair the world knows the person by it.
    return name.startsWith('AUTH_') ? null : { ...from, world: { ...from.world, environment } }
  }
}

function* smallerVisits({ visits }: Vector): Generator<Smaller> {
  const change = (make: (visit: Visit) => Visit): Smaller => {
    return (from) => ({ ...from, visits: from.visits.map(make) })
  }
  const most = Math.max(...visits.map(({ headers }) => headers.length))
  for (let at = most - 1; at >= 0; at--) {
    yield change((visit) => ({ ...visit, headers: visit.headers.filter((_, i) => i !== at) }))
  }
  yield change(({ nextUrl: _, ...visit }) => visit)
  yield change(({ body: _, ...visit }) => visit)
  yield change(({ wait: _, ...visit }) => visit)
  yield change(({ joins: _, ...visit }) => visit)
  yield change((visit) => ({ ...visit, method: 'GET' }))
  yield change((visit) => ({ ...visit, url: visit.url.replace(/\?.*$/s, '') }))
  for (let pair = 3; pair >= 0; pair--) {
    yield change((visit) => {
      const [path = '', query] = visit.url.split(/\?(.*)/s)
      const left = query?.split('&').filter((_, i) => i !== pair)
      return left ? { ...visit, url: `${path}?${left.join('&')}` } : visit
    })
  }
  for (let segment = 6; segment >= 3; segment--) {
    yield change((visit) => {
      const [path = '', ...query] = visit.url.split('?')
      const left = path.split('/').filter((_, i) => i !== segment)
      return left.length > 3 ? { ...visit, url: [left.join('/'), ...query].join('?') } : visit
    })
  }
}
