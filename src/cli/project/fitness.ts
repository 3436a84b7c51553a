/** Whether a gate in this app would keep anybody out: its Next.js, and what next.config says. */
import path from 'node:path'
import { CliError } from '../errors.ts'
import { type Advisory, advisoriesOf, isHole, knownFaults, safeVersion } from './advisories.ts'
import { installNext, type NextApp } from './next-app.ts'
import type { NextConfig } from './next-config.ts'
import { compareVersions, parseVersion, type Version, writeVersion } from './version.ts'

/** Built, started and asked by test/next are 13.5, 14.2, 15.5 and 16.4. */
const TESTED = { from: '13.5.0', to: 16 }

/** For Next.js 14, whose `/_next/image` never reaches a gate (docs/nextjs.md). */
const IMAGES =
  'if the app uses next/image: set `images: { unoptimized: true }` in next.config for staging; ' +
  'Next.js 14 serves /_next/image past the gate, and its own fetches stop at it'

export interface Fitness {
  advisories: Advisory[]
  warnings: string[]
}

/**
 * Looks for what would make a gate useless.
 *
 * @throws {CliError} for a static export, and, without `force`, for a Next.js with a known way
 * round middleware
 */
export function checkFitness(app: NextApp, config: NextConfig, force: boolean): Fitness {
  refuseOld(app.version)
  refuseExport(config)
  const pinned = app.versionFrom === 'installed' || parseVersion(app.declared) !== null
  const advisories = pinned ? advisoriesOf(app.version) : []
  const holes = advisories.filter(isHole)
  if (holes.length > 0 && !force) throw refusal(app, holes)
  return {
    advisories,
    warnings: [
      ...(pinned ? [] : [notInstalled(app)]),
      ...untested(app.version),
      ...(advisories.length > 0 ? [describeAdvisories(app.version, advisories)] : []),
      ...unknowns(config),
      ...(app.version.major === 14 && !config.unoptimized ? [IMAGES] : []),
    ],
  }
}

/** Before 12.2 the file was `pages/_middleware`: ours would not be seen. */
function refuseOld(version: Version): void {
  const { major, minor } = version
  if (major > 12 || (major === 12 && minor >= 2)) return
  throw new CliError(`next ${writeVersion(version)} reads no middleware.ts: that came with 12.2`, {
    hint: 'upgrade with `npm install next@15`, then run `npx stagedoor init` again',
  })
}

function refuseExport({ isExport, file }: NextConfig): void {
  if (isExport !== true) return
  throw new CliError(
    `${path.basename(file ?? '')} says output: 'export', and a static export has no server that could ask anybody`,
    {
      hint: `take output: 'export' out on the staging branch, then run \`npx stagedoor init\` again`,
    },
  )
}

function refusal(app: NextApp, holes: Advisory[]): CliError {
  const safe = safeVersion(app.version, knownFaults)
  const line = `${app.version.major}.x`
  const other =
    safe.major === app.version.major
      ? ''
      : `no ${line} ${holes.length > 1 ? 'fixes all of them' : 'is without a known fault'}: `
  const elsewhere = holes.every(({ notOnVercel }) => notOnVercel)
    ? ' (deployments on Vercel are not affected: there --force is safe)'
    : ''
  return new CliError(
    `next ${writeVersion(app.version)} has known ways round any gate: ${list(holes)}${elsewhere}`,
    {
      hint:
        `${other}upgrade to ${writeVersion(safe)} or later with ` +
        `\`${installNext(app.packageManager, String(safe.major))}\`, or go on all the same with --force`,
    },
  )
}

function describeAdvisories(version: Version, advisories: Advisory[]): string {
  const holes = advisories.filter(isHole)
  const rules = advisories.filter(({ effect }) => effect === 'rules')
  const others = advisories.filter(({ effect }) => effect === 'matcher')
  const parts = [
    ...(holes.length ? [`THE GATE CAN BE PASSED through ${list(holes)}`] : []),
    ...(rules.length ? [`path rules can be misled through ${list(rules)}`] : []),
    ...(others.length
      ? [
          `${others.map(({ id }) => id).join(', ')} ${others.length > 1 ? 'do' : 'does'} no harm to a gate without a matcher`,
        ]
      : []),
  ]
  const fix = `upgrade to ${writeVersion(safeVersion(version, knownFaults))} or later`
  return `next ${writeVersion(version)} has known faults: ${parts.join('; ')}; ${fix}`
}

function list(advisories: Advisory[]): string {
  return advisories.map(({ id, what }) => `${id} (${what})`).join(', ')
}

function notInstalled({ declared }: NextApp): string {
  return `next ${declared} is not installed here, so it was not looked up among known faults: install, then run \`npx stagedoor init\` again`
}

function untested(version: Version): string[] {
  const old = compareVersions(version, parseVersion(TESTED.from) as Version) < 0
  if (!old && version.major <= TESTED.to && version.prerelease.length === 0) return []
  return [
    `the gate is not tested with next ${writeVersion(version)}: its tests build 13.5, 14.2, 15.5 and 16.4`,
  ]
}

function unknowns({ file, pageExtensions, isExport }: NextConfig): string[] {
  const name = path.basename(file ?? '')
  return [
    ...(pageExtensions === 'unknown'
      ? [
          `pageExtensions in ${name} is not a plain list, so it was not read: the gate's file name must end in one of them, or Next.js does not see it`,
        ]
      : []),
    ...(isExport === 'unknown'
      ? [
          `output in ${name} is not a plain text, so it was not read: with 'export' there is no gate at all`,
        ]
      : []),
  ]
}
