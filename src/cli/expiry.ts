/** When credentials end: what `--expires` takes, and how it is shown. */
import { LONGEST_PASS } from '../gate/pass.ts'
import { CliError, EXIT } from './errors.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const UNITS: Record<string, number> = { h: HOUR, d: DAY, w: 7 * DAY }
/** From when on a list says how long there is left. */
const SOON = 14 * DAY

// date-time of RFC 3339 §5.6, as the gate takes it.
const DATE_TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const DATE = /^\d{4}-\d\d-\d\d$/
const DURATION = /^([1-9]\d{0,4})([hdw])$/

/**
 * Reads a date and time (RFC 3339), a date (its last second, UTC), or a duration from now.
 *
 * @param now milliseconds since the epoch
 * @returns the moment in UTC as the policy writes it
 * @throws {CliError} for anything else, and for what is past
 */
export function parseExpires(text: string, now: number): string {
  const time = readTime(text, now)
  if (Number.isNaN(time)) {
    throw new CliError(`'${text}' is no time to expire at`, {
      hint: 'write a duration (12h, 7d, 4w), a date (2026-12-31), or 2026-12-31T18:00:00Z',
      exitCode: EXIT.misused,
    })
  }
  if (time <= now) {
    throw new CliError(`'${text}' is past already`, {
      hint: 'name a later time, or leave --expires out',
      exitCode: EXIT.misused,
    })
  }
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** As {@link parseExpires}, for a pass. @throws {CliError} for what no gate would take, too */
export function parsePassExpires(text: string, now: number): string {
  const expires = parseExpires(text, now)
  const latest = Math.floor(now / 1000) + LONGEST_PASS
  if (Date.parse(expires) / 1000 <= latest) return expires
  throw new CliError(`'${text}' is too far off: a pass is good for 366 days at most`, {
    hint: 'write --expires 366d or less, and make another one then',
    exitCode: EXIT.misused,
  })
}

function readTime(text: string, now: number): number {
  const [, count, unit] = DURATION.exec(text) ?? []
  if (unit) return now + Number(count) * (UNITS[unit] as number)
  const day = DATE.test(text) ? text : DATE_TIME.exec(text)?.[1]
  // `Date.parse` takes 31 February for 3 March.
  if (day === undefined || !isDay(day)) return Number.NaN
  return Date.parse(DATE.test(text) ? `${text}T23:59:59Z` : text)
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

/** Whether credentials that expire then are of no use any more. */
export function isExpired(expires: string | undefined, now: number): boolean {
  return expires !== undefined && Date.parse(expires) <= now
}

/** Whether they have two weeks left, or less. */
export function expiresSoon(expires: string | undefined, now: number): boolean {
  return expires !== undefined && !isExpired(expires, now) && Date.parse(expires) - now <= SOON
}

/** `never`, `2026-12-31T23:59:59Z`, with `expired`, or how long is left where that is little. */
export function showExpires(expires: string | undefined, now: number): string {
  if (expires === undefined) return 'never'
  if (isExpired(expires, now)) return `${expires} (expired)`
  return expiresSoon(expires, now)
    ? `${expires} (in ${timeLeft(Date.parse(expires) - now)})`
    : expires
}

function timeLeft(milliseconds: number): string {
  const [count, unit] =
    milliseconds < 2 * DAY
      ? [Math.max(1, Math.round(milliseconds / HOUR)), 'hour']
      : [Math.round(milliseconds / DAY), 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
