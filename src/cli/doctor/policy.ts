/** The policies of the runs: whether they are valid, whom they let in, how their passwords are kept. */
import { expiresSoon, isExpired, showExpires } from '../expiry.ts'
import { ITERATIONS } from '../password.ts'
import { EDGE_LIMIT } from '../places/file-cautions.ts'
import { describeRun } from '../places/next-env.ts'
import { handedStore } from '../project/handed-store.ts'
import { advise, shellWord } from '../talk.ts'
import { unreadPolicies } from './code-policy.ts'
import type { Facts } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { type Held, placeOf, seenPolicy, told } from './held-policies.ts'

export function policyFindings(facts: Facts): Finding[] {
  return [
    ...missing(facts),
    ...(facts.main ? unreadPolicies(facts.main) : []),
    ...facts.policies.flatMap((held) =>
      told(held, [
        ...invalid(facts, held),
        ...open(facts, held),
        ...(held.isCode ? [] : large(facts, held)),
        ...users(facts, held),
      ]),
    ),
  ]
}

/** A gate that was handed a store or a policy in code needs none here. */
function missing({ dir, runs, gate, options }: Facts): Finding[] {
  if (!gate?.called || gate.policyIn !== undefined || handedStore(dir)?.hands) return []
  const shut = runs.filter((run) => /no policy|no users/.test(describeRun(run).state))
  if (shut.length === 0) return []
  return [
    {
      id: 'policy-missing',
      level: 'warning',
      what: `${shut.map(({ run }) => run).join(' and ')}: gated, and there is nobody who may sign in`,
      why: 'a gate without a policy lets nobody in',
      mend: `run ${advise(options, 'user add NAME')}`,
    },
  ]
}

function invalid(facts: Facts, held: Held): Finding[] {
  if (held.fault === undefined) return []
  return [
    {
      id: 'policy-invalid',
      level: 'error',
      what: `${held.isCode ? 'the policy' : 'STAGEDOOR_POLICY'} of ${held.source} is not valid at ${held.fault}`,
      ...seenPolicy(facts, held),
      why: 'a policy that is not valid lets nobody in',
      mend: 'mend it there by hand (docs/policy.md), or take the line out and run `npx stagedoor init` again',
    },
  ]
}

function open(facts: Facts, held: Held): Finding[] {
  if (!held.document?.open) return []
  return [
    {
      id: 'policy-open',
      level: 'warning',
      what: `the policy of ${held.source} is open`,
      ...seenPolicy(facts, held),
      why: 'everybody gets in without a password',
      mend: `run ${advise(placeOf(facts, held.source), 'close')}`,
    },
  ]
}

/** A `proxy` runs in Node.js, where a variable may be larger. */
function large(facts: Facts, held: Held): Finding[] {
  const bytes = Buffer.byteLength(held.text)
  const isEdge = !/(?:^|[/\\])proxy\.[^/\\]*$/.test(facts.main?.file ?? 'proxy.ts')
  if (bytes <= EDGE_LIMIT || !isEdge) return []
  return [
    {
      id: 'policy-large',
      level: 'error',
      what: `the policy of ${held.source} is ${bytes} bytes, and the edge runtime takes ${EDGE_LIMIT} in one variable`,
      ...seenPolicy(facts, held),
      why: 'on Vercel a deployment with it fails, or its gate has no policy and lets nobody in',
      mend: 'put it into a store: `npx stagedoor move --from file --to store --create`',
    },
  ]
}

// Below a sixth of what is written today, an offline guess is cheap; 600,000 is what OWASP asks
// for of PBKDF2 with SHA-256.
const FEW = 100_000

function users(facts: Facts, held: Held): Finding[] {
  const entries = Object.entries(held.document?.users ?? {})
  const now = Date.now()
  const seen = seenPolicy(facts, held)
  const command = (verb: string, name: string) =>
    advise(placeOf(facts, held.source), `user ${verb} ${shellWord(name)}`)
  const salts = entries.map(([, { verifier }]) => verifier.split(':').at(-2))
  return entries.flatMap(([name, { verifier, expires }], i): Finding[] => {
    const [, iterations = ''] = /^pbkdf2-sha256:(\d+):/.exec(verifier) ?? []
    const salt = salts[i] ?? ''
    const isAgain = salts.indexOf(salt) !== i
    const count = Number(iterations)
    return [
      ...(isExpired(expires, now)
        ? [expired(name, `${expires}`, seen, command('remove', name))]
        : []),
      ...(expiresSoon(expires, now)
        ? [
            expiring(
              name,
              showExpires(expires, now),
              seen,
              `${command('change', name).slice(0, -1)} --expires 90d\``,
            ),
          ]
        : []),
      ...(iterations !== '' && count < ITERATIONS
        ? [weak(name, count, seen, command('rotate', name))]
        : []),
      ...(isAgain || looksHandMade(salt)
        ? [handMade(name, isAgain, verifier, seen, command('rotate', name))]
        : []),
    ]
  })
}

type At = { seen?: Seen }

function expired(name: string, expires: string, seen: At, mend: string): Finding {
  return {
    id: 'user-expired',
    level: 'warning',
    what: `the user ${name} is expired since ${expires}`,
    ...seen,
    why: 'who has that password is refused, and somebody may wonder why',
    mend: `run ${mend}`,
  }
}

function expiring(name: string, left: string, seen: At, mend: string): Finding {
  return {
    id: 'user-expiring',
    level: 'note',
    what: `the user ${name} ends ${left}`,
    ...seen,
    why: 'from then on that password is refused',
    mend: `run ${mend}`,
  }
}

function weak(name: string, count: number, seen: At, mend: string): Finding {
  return {
    id: 'verifier-weak',
    level: count < FEW ? 'warning' : 'note',
    what: `the verifier of ${name} has ${count} iterations, and those made here have ${ITERATIONS}`,
    ...seen,
    why: 'who gets hold of the policy tries passwords on it that much faster',
    mend: `run ${mend}`,
  }
}

function handMade(
  name: string,
  isAgain: boolean,
  verifier: string,
  seen: At,
  mend: string,
): Finding {
  const fast = verifier.startsWith('sha256:')
    ? '; a verifier of `sha256` is for passwords of 128 random bits, as the command line makes them'
    : ''
  return {
    id: 'verifier-hand-made',
    level: 'warning',
    what: `the salt of ${name} ${isAgain ? "is another user's too" : 'is not random'}: the verifier looks hand-made`,
    ...seen,
    why: `passwords can be tried on several at once, or looked up${fast}`,
    mend: `run ${mend}`,
  }
}

/** Of 16 random bytes 12 or more are different, all but never are all of them letters. */
function looksHandMade(salt: string): boolean {
  const bytes = Buffer.from(salt, 'base64url')
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
  return bytes.length > 0 && (new Set(bytes).size < 8 || isText)
}
