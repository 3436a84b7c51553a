/** What must take as long as something else, and how each is measured. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** The modules of a gate, whole or broken. */
export interface Modules {
  createGate(options: object): (request: Request, event: object) => Promise<Response | undefined>
  sameText(presented: string, kept: string): boolean
}

/** Two kinds of one work, told by `true` and `false`. */
export interface Experiment {
  /** Prepares one measurement: what it gives back is timed. */
  prepare(kind: boolean): () => unknown
  /** Is done once, before all. */
  before?(): Promise<unknown>
  /** Measurements of one repetition, and calls of each. */
  count: number
  calls?: number
}

const SITE = 'https://staging.example/'
const SECRET = 'S3CRET-OF-32-BYTES-THAT-SIGNS-IT'
// Characters: so long that what looks at them one by one takes a time that can be measured.
const LONG = 6_000

const text = (length: number) => randomBytes(length).toString('base64url').slice(0, length)
const turned = (letter: string | undefined) => (letter === 'A' ? 'B' : 'A')

/** A text that is wrong in its last character, or in its first. */
function wrong(right: string, isLast: boolean): string {
  const made = isLast
    ? right.slice(0, -1) + turned(right.at(-1))
    : turned(right[0]) + right.slice(1)
  // One run of characters, not two that the engine joins at the first look.
  return Buffer.from(made).toString('latin1')
}

const basic = (userId: string, password: string) =>
  `Basic ${Buffer.from(`${userId}:${password}`).toString('base64')}`

function verifierOf(password: string, iterations: number): string {
  const salt = randomBytes(16)
  const written = salt.toString('base64url')
  if (iterations === 0) {
    const digest = createHash('sha256').update(salt).update(password).digest('base64url')
    return `sha256:${written}:${digest}`
  }
  const key = pbkdf2Sync(password, salt, iterations, 32, 'sha256').toString('base64url')
  return `pbkdf2-sha256:${iterations}:${written}:${key}`
}

type Users = { [userId: string]: { verifier: string } }

/** A gate with users, and the visits of one of two fields to it. */
function visits(
  { createGate }: Modules,
  users: Users,
  fieldOf: (kind: boolean) => [name: string, value: string],
  count: number,
  first?: [name: string, value: string],
): Experiment {
  process.env['STAGEDOOR'] = 'on'
  process.env['STAGEDOOR_SECRET'] = SECRET
  const gate = createGate({ policy: { version: 1, users } })
  const requestOf = (field: [string, string]) => new Request(SITE, { headers: [field] })
  return {
    count,
    before: async () => first && gate(requestOf(first), {}),
    prepare(kind) {
      const request = requestOf(fieldOf(kind))
      return () => gate(request, {})
    },
  }
}

const field = (userId: string, password: string): [string, string] => [
  'authorization',
  basic(userId, password),
]

/** Of `sameText` alone: a text of some characters, wrong in its last or in its first. */
function comparing({ sameText }: Modules, length: number, calls: number): Experiment {
  const kept = text(length)
  const kinds = [wrong(kept, false), wrong(kept, true)] as const
  return {
    count: 6_000,
    calls,
    prepare: (kind) => {
      const presented = kinds[kind ? 1 : 0]
      return () => sameText(presented, kept)
    },
  }
}

/** All that is measured, by name. */
export const EXPERIMENTS: { [name: string]: (modules: Modules) => Experiment } = {
  'a text as long as a signature: its last character or its first is wrong': (modules) =>
    comparing(modules, 43, 200),

  'a long text: its last character or its first is wrong': (modules) => comparing(modules, LONG, 2),

  'a text: the kept one is as long, or shorter': ({ sameText }) => {
    const [presented, long, short] = [text(64), text(64), text(16)]
    return {
      count: 6_000,
      calls: 200,
      prepare: (kind) => {
        const kept = kind ? long : short
        return () => sameText(presented, kept)
      },
    }
  },

  'the secret for automation: its last character or its first is wrong': (modules) => {
    const secret = text(LONG)
    process.env['VERCEL_AUTOMATION_BYPASS_SECRET'] = secret
    const kinds = [wrong(secret, false), wrong(secret, true)] as const
    const fieldOf = (kind: boolean): [string, string] => [
      'x-vercel-protection-bypass',
      kinds[kind ? 1 : 0],
    ]
    return visits(modules, {}, fieldOf, 8_000)
  },

  'a password that was right before: its last character or its first is wrong': (modules) => {
    const password = text(LONG)
    const kinds = [wrong(password, false), wrong(password, true)] as const
    const users = { alice: { verifier: verifierOf(password, 0) } }
    const fieldOf = (kind: boolean) => field('alice', kinds[kind ? 1 : 0])
    return visits(modules, users, fieldOf, 8_000, field('alice', password))
  },

  'a password: of a user, or of nobody': (modules) => {
    const users = { alice: { verifier: verifierOf('the-password-of-alice', 0) } }
    const fieldOf = (kind: boolean) => field(kind ? 'alice' : 'mally', 'a-password-of-nobody')
    return visits(modules, users, fieldOf, 12_000)
  },

  'a password: of a user who was in before, or of nobody': (modules) => {
    const password = 'the-password-of-alice'
    const users = { alice: { verifier: verifierOf(password, 0) } }
    const fieldOf = (kind: boolean) => field(kind ? 'alice' : 'mally', 'a-password-of-nobody')
    return visits(modules, users, fieldOf, 12_000, field('alice', password))
  },

  'a password that is derived: of a user, or of nobody': (modules) => {
    const users = { alice: { verifier: verifierOf('the-password-of-alice', 1_000) } }
    const fieldOf = (kind: boolean) => field(kind ? 'alice' : 'mally', 'a-password-of-nobody')
    return visits(modules, users, fieldOf, 4_000)
  },

  'a password that is derived: of a user with fewer iterations, or of nobody': (modules) => {
    const users = {
      alice: { verifier: verifierOf('the-password-of-alice', 1_000) },
      other: { verifier: verifierOf('the-password-of-other', 2_000) },
    }
    const fieldOf = (kind: boolean) => field(kind ? 'alice' : 'mally', 'a-password-of-nobody')
    return visits(modules, users, fieldOf, 4_000)
  },

  'a password that is derived: of a user with a digest, or of nobody': (modules) => {
    const users = {
      alice: { verifier: verifierOf('the-password-of-alice', 0) },
      other: { verifier: verifierOf('the-password-of-other', 1_000) },
    }
    const fieldOf = (kind: boolean) => field(kind ? 'alice' : 'mally', 'a-password-of-nobody')
    return visits(modules, users, fieldOf, 4_000)
  },

  'a pass: its last character or its first of the signature is wrong': (modules) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'stagedoor',
      sub: 'ci',
      use: 'automation',
      iat: now,
      exp: now + 9999,
      jti: 'x',
    }
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
    const signature = createHmac('sha256', SECRET).update(input).digest('base64url')
    // The last one has bits that are not the digest's: another is wrong there.
    const kinds = [false, true].map(
      (kind) => `${input}.${wrong(signature.slice(0, 42), kind)}${signature.slice(42)}`,
    )
    const fieldOf = (kind: boolean): [string, string] => [
      'x-stagedoor-pass',
      kinds[kind ? 1 : 0] as string,
    ]
    return visits(modules, {}, fieldOf, 12_000, fieldOf(true))
  },
}
