/** The version of Next.js: whether it is the one that is built with, and what it cannot do. */
import { installNext, type NextApp, readPackage } from '../project/next-app.ts'
import { compareVersions, parseVersion, writeVersion } from '../project/version.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { faultFindings } from './known-faults.ts'

export function versionFindings(facts: Facts): Finding[] {
  const { app } = facts
  if (!app) return []
  const { major, minor } = app.version
  if (major < 12 || (major === 12 && minor < 2)) return [tooOld(app)]
  return [
    ...notInstalled(facts, app),
    ...differs(facts, app),
    ...unpinned(facts, app),
    ...faultFindings(facts, app),
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
