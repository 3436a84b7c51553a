/** The version of Next.js against the table of its known faults. */
import {
  type Advisory,
  type Effect,
  knownFaults,
  meaningOf,
  safeVersion,
} from '../project/advisories.ts'
import { installNext, type NextApp, readPackage } from '../project/next-app.ts'
import { compareVersions, parseVersion, writeVersion } from '../project/version.ts'
import { propertiesOf } from './config-values.ts'
import type { Facts } from './facts.ts'
import type { Finding, Level } from './finding.ts'
import type { FindingId } from './finding-ids.ts'
import { seenInText } from './sources.ts'
import { hasMatcher, hasOwnMiddleware } from './wiring.ts'

export function versionFindings(facts: Facts): Finding[] {
  const { app } = facts
  if (!app) return []
  const { major, minor } = app.version
  if (major < 12 || (major === 12 && minor < 2)) return [tooOld(app)]
  return [
    ...notInstalled(facts, app),
    ...differs(facts, app),
    ...unpinned(facts, app),
    ...faults(facts, app),
    ...caches(facts, app),
  ]
}

function tooOld({ version, packageManager }: NextApp): Finding {
  return {
    id: 'next-too-old',
    level: 'error',
    what: `next ${writeVersion(version)} is in use, and middleware.ts came with 12.2`,
    why: 'no gate of this kind can run',
    mend: `upgrade: \`${installNext(packageManager, 'latest')}\``,
  }
}

function notInstalled(
  { lock }: Facts,
  { versionFrom, declared, packageManager }: NextApp,
): Finding[] {
  if (versionFrom === 'installed') return []
  const from = lock ?? 'package.json'
  return [
    {
      id: 'next-not-installed',
      level: 'note',
      what: `next is not installed here: version ${declared} is what ${from} says`,
      why: 'what is installed where the app is built may be another version, with other faults',
      mend: `run \`${packageManager} install\`, then this again`,
    },
  ]
}

function rangeOf(dir: string): string | undefined {
  const { dependencies, devDependencies } = readPackage(dir) ?? {}
  const range: unknown = dependencies?.next ?? devDependencies?.next
  return typeof range === 'string' ? range : undefined
}

/** What is looked up is the installed one; a build elsewhere installs the other. */
function differs({ dir }: Facts, { versionFrom, version, packageManager }: NextApp): Finding[] {
  const named = parseVersion(rangeOf(dir) ?? '')
  if (versionFrom !== 'installed' || !named || compareVersions(named, version) === 0) return []
  return [
    {
      id: 'next-differs',
      level: 'warning',
      what: `package.json names next ${writeVersion(named)}, and ${writeVersion(version)} is installed`,
      seen: { file: 'package.json' },
      why: 'what is said here is of the installed one, and a build elsewhere takes the other',
      mend: `run \`${packageManager} install\`, then this again`,
    },
  ]
}

/** A range that takes whatever there is on the day of a build. */
function unpinned({ dir }: Facts, { version, packageManager }: NextApp): Finding[] {
  const range = rangeOf(dir)
  if (range === undefined || !/^(?:\*|x|latest|)$/i.test(range.trim())) return []
  const isLatest = /latest/i.test(range)
  return [
    {
      id: 'next-unpinned',
      level: 'warning',
      what: `package.json has next as "${range}"`,
      seen: { file: 'package.json' },
      why: isLatest
        ? 'the next build may take a Next.js that reads another file, or has another fault'
        : "Vercel's builder takes it for an app of before Next.js 9, and builds it without any middleware: no gate, and nothing is said",
      mend: `pin it: \`${installNext(packageManager, writeVersion(version))}\``,
    },
  ]
}

/** `send-payload.js` of 13 sets the field without asking, over that of a middleware. */
function caches({ gate }: Facts, { version, packageManager }: NextApp): Finding[] {
  if (version.major !== 13 || !gate?.called) return []
  return [
    {
      id: 'cache-control-13',
      level: 'warning',
      what: 'next 13 sends pages drawn at build with its own Cache-Control (s-maxage), over that of the gate',
      why: 'a shared cache that does not know CDN-Cache-Control, such as a proxy of yours, may keep them, and give them to others',
      mend: `upgrade: \`${installNext(packageManager, '15')}\`, or have that cache keep nothing of the site`,
    },
  ]
}

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
function faults(facts: Facts, app: NextApp): Finding[] {
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

/** Whether the app shows images by `next/image`. */
export function usesImages(facts: Facts): boolean {
  return (
    seenInText(facts.sources(), /(?:from|import|require)\s*\(?\s*['"]next\/(?:legacy\/)?image['"]/g)
      .length > 0
  )
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
