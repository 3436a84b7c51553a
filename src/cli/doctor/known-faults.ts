/** The version of Next.js against the table of its known faults. */
import {
  type Advisory,
  type Effect,
  knownFaults,
  meaningOf,
  safeVersion,
} from '../project/advisories.ts'
import { installNext, type NextApp } from '../project/next-app.ts'
import { parseVersion, writeVersion } from '../project/version.ts'
import { propertiesOf } from './config-values.ts'
import type { Facts } from './facts.ts'
import type { Finding, Level } from './finding.ts'
import type { FindingId } from './finding-ids.ts'
import { usesImages } from './images.ts'
import { hasMatcher, hasOwnMiddleware } from './wiring.ts'

const IDS: Record<Effect, FindingId> = {
  skips: 'advisory-bypass',
  around: 'advisory-bypass',
  rules: 'advisory-rules',
  matcher: 'advisory-matcher',
  inside: 'advisory-inside',
  own: 'advisory-own',
  cache: 'advisory-cache',
}

const WHY: Partial<Record<FindingId, string>> = {
  'advisory-bypass':
    'requests are served without asking any gate, and no gate in middleware can close that',
  'advisory-own': 'the gate itself does not bring it out; what your own middleware does may',
}

/** One finding for each kind of harm. A range's least version may be fixed meanwhile: that is said. */
export function faultFindings(facts: Facts, app: NextApp): Finding[] {
  const known = knownFaults(app.version).filter((advisory) => concerns(facts, advisory))
  const ids = [...new Set(known.map(({ effect }) => IDS[effect]))]
  return ids.map((id) => {
    const advisories = known.filter(({ effect }) => IDS[effect] === id)
    const gate = hasMatcher(facts) ? 'with' : 'without'
    return {
      id,
      level: levelOf(id, advisories, facts),
      what: `next ${writeVersion(app.version)}${isRange(app) ? ' or later' : ''}: ${list(advisories)}${elsewhere(id, advisories)}`,
      why: WHY[id] ?? meaning(advisories, gate),
      mend: upgrade(app),
      advisories,
    }
  })
}

/** Where an app plainly lacks what a fault takes, it is not spoken of. */
function concerns(facts: Facts, { effect, through }: Advisory): boolean {
  const { config } = facts
  if (effect === 'own') return hasOwnMiddleware(facts)
  if (through === 'rewrites' && config) {
    return ['rewrites', 'redirects'].some((name) => propertiesOf(config, name).length > 0)
  }
  if (through === 'images') return !(config?.unoptimized ?? false)
  if (through === 'actions') return facts.routers?.names.includes('app') ?? true
  return true
}

function levelOf(id: FindingId, advisories: Advisory[], facts: Facts): Level {
  // A project on Vercel, and nothing but what Vercel keeps away itself.
  const isKeptAway = facts.isLinked && advisories.every(({ notOnVercel }) => notOnVercel)
  if (id === 'advisory-bypass') return isKeptAway ? 'warning' : 'error'
  if (id === 'advisory-matcher') return hasMatcher(facts) ? 'error' : 'note'
  if (id === 'advisory-rules') return hasRules(facts) && !isKeptAway ? 'warning' : 'note'
  if (id !== 'advisory-inside') return 'note'
  const { major } = facts.app?.version ?? { major: 0 }
  const passed =
    advisories.some(({ through }) => through === 'images') && major === 14 && usesImages(facts)
  return passed || opensToEverybody(facts) ? 'error' : 'warning'
}

/** What most of them mean; `--json` has what each does. */
function meaning(advisories: Advisory[], gate: 'with' | 'without'): string {
  const plain = advisories.find((advisory) => advisory[gate] === undefined) ?? advisories[0]
  return plain ? meaningOf(plain, gate) : ''
}

function hasRules({ policies }: Facts): boolean {
  return policies.some(({ document }) => {
    const users = Object.values(document?.users ?? {})
    return (document?.allow?.length ?? 0) > 0 || users.some(({ paths }) => paths !== undefined)
  })
}

/** Whether anybody may send something to the app. */
function opensToEverybody({ policies }: Facts): boolean {
  return policies.some(({ document }) => document?.open || (document?.allow?.length ?? 0) > 0)
}

function list(advisories: Advisory[]): string {
  return advisories.map(({ id, what }) => `${id} (${what})`).join(', ')
}

function elsewhere(id: FindingId, advisories: Advisory[]): string {
  if (id !== 'advisory-bypass' || !advisories.every(({ notOnVercel }) => notOnVercel)) return ''
  return '; deployments on Vercel are not affected'
}

function isRange({ versionFrom, declared }: NextApp): boolean {
  return versionFrom === 'range' && parseVersion(declared) === null
}

function upgrade({ version, packageManager }: NextApp): string {
  const safe = safeVersion(version, knownFaults)
  const line = safe.major === version.major ? '' : `no ${version.major}.x is without: `
  return `${line}upgrade to ${writeVersion(safe)} or later: \`${installNext(packageManager, String(safe.major))}\``
}
