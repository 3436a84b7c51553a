/** Whether Vercel's own protection stands in front of deployments, and what is open without it. */
import { type Protection, standsBefore } from '../vercel/project-settings.ts'
import { listed } from './signing.ts'
import { count } from './tables.ts'

/** Vercel's own protection of a project. */
export interface ShownProtection {
  /** What its sign-in stands in front of; `null` where it is off. */
  sso: Protection | null
  /** The same of its password. */
  password: Protection | null
  /** Names of the environments that are shown. */
  environments: string[]
}

/** Previews that are older than the gate of their environment. */
export interface OldPreviews {
  /** When the first of the gate's variables was made; milliseconds. */
  since: number | null
  /** How many previews are from before that. */
  before: number
  /** When the policy there was last written; `null` where it has none. */
  changed: number | null
  /** How many are from before that: all of `before` among them. */
  beforeChange: number
  /** Whether there are more of them than were counted. */
  more: boolean
  /** Why they were not counted. */
  fault: string | null
}

export const NOTHING_OLD: OldPreviews = {
  since: null,
  before: 0,
  changed: null,
  beforeChange: 0,
  more: false,
  fault: null,
}

/** What stands in front of which environment, in lines. */
export function protectionLines({ sso, password, environments }: ShownProtection): string[] {
  const deployed = environments.filter((name) => name !== 'development')
  const lines = (
    [
      ["Vercel's own sign-in", sso],
      ["Vercel's own password", password],
    ] as const
  ).flatMap(([what, protection]) => frontLines(what, protection, deployed))
  if (lines.length > 0 || deployed.length === 0) return lines
  return [
    `Vercel's own protection is off: nothing of Vercel's stands in front of ${listed(deployed)}`,
  ]
}

function frontLines(what: string, protection: Protection | null, names: string[]): string[] {
  const by = (how: ReturnType<typeof standsBefore>) =>
    names.filter((name) => standsBefore(protection, name) === how)
  const [all, part, untold] = [by('all'), by('part'), by(null)]
  return [
    ...(all.length > 0
      ? [`${what} stands in front of ${listed(all)}: visitors meet that first`]
      : []),
    ...(part.length > 0
      ? [`${what} stands in front of deployment addresses of ${listed(part)}, not of its domain`]
      : []),
    ...(untold.length > 0 ? [`${what} is on; in front of what, Vercel does not say`] : []),
  ]
}

/** What may be open in old previews. Nobody sees from here whether they have the gate. */
export function oldLines({
  since,
  before,
  changed,
  beforeChange,
  more,
  fault,
}: OldPreviews): string[] {
  if (fault !== null) return [`whether there are old previews is not known: ${fault}`]
  if (since === null) {
    return [
      'no variable of the gate is set for preview: deployments made without the gate are open to',
      'everybody, and which those are cannot be seen from here',
    ]
  }
  const many = (number: number) =>
    more ? `${number} or more preview deployments` : count(number, 'preview deployment')
  const stale = beforeChange - before
  return [
    ...(before > 0
      ? [
          `${many(before)} from before ${momentOf(since)}, when the gate's first variable was set there:`,
          'open to everybody where made without the gate, which cannot be seen from here; delete them with',
          "`vercel remove URL`, or switch on Vercel's own with `vercel project protection enable --sso`",
        ]
      : []),
    ...(changed !== null && stale > 0
      ? [
          `${many(stale)} from before ${momentOf(changed)}, when the policy there was last written:`,
          'who was let in by an earlier one still is, unless a store is read there',
        ]
      : []),
  ]
}

function momentOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`
}
