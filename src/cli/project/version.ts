/**
 * Versions of npm packages, as far as they must be compared here (Semantic Versioning 2.0.0).
 *
 * Not a range language: of a range only its least version is read, to learn the major line.
 */

export interface Version {
  major: number
  minor: number
  patch: number
  /** Identifiers after the `-`; none for a release. */
  prerelease: string[]
}

const VERSION = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/
// `15`, `^15.2`, `~15.2.0`, `>=15.2.0 <16`, `15.x`: the first number and what follows it.
const LEAST = /^[\^~>=v\s]*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\d.]*\.\d)/

/** @returns `null` where the text is not one exact version */
export function parseVersion(text: string): Version | null {
  const [, major, minor, patch, prerelease] = VERSION.exec(text.trim()) ?? []
  if (major === undefined) return null
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    prerelease: prerelease?.split('.') ?? [],
  }
}

/**
 * The least version that a range of package.json allows.
 *
 * @returns `null` for a tag (`latest`), a protocol (`workspace:`, `catalog:`), an upper bound
 */
export function leastVersion(range: string): Version | null {
  const exact = parseVersion(range)
  if (exact) return exact
  const [, major, minor = '0', patch = '0'] = LEAST.exec(range.trim()) ?? []
  if (major === undefined) return null
  return { major: Number(major), minor: Number(minor), patch: Number(patch), prerelease: [] }
}

/** Negative, zero or positive, as for `Array#sort`. A prerelease comes before its release (§11). */
export function compareVersions(a: Version, b: Version): number {
  return compareReleases(a, b) || comparePrereleases(a.prerelease, b.prerelease)
}

/** The same, with prereleases taken for their release. */
export function compareReleases(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch
}

function comparePrereleases(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareIdentifiers(a[i], b[i])
    if (order !== 0) return order
  }
  return 0
}

/** Numbers by value and before words; the shorter list first (§11.4). */
function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1
  const numbers = [a, b].map((text) => /^\d+$/.test(text))
  if (numbers[0] && numbers[1]) return Number(a) - Number(b)
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

export function writeVersion({ major, minor, patch, prerelease }: Version): string {
  const release = `${major}.${minor}.${patch}`
  return prerelease.length ? `${release}-${prerelease.join('.')}` : release
}
