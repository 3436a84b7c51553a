/**
 * `check --sarif`: the findings as SARIF 2.1.0 (OASIS), as code scanning services take them.
 *
 * Where a file would be named, the path of the site is, relative to the base `SITE`: GitHub refuses
 * a whole report in which a result has no physical location, or an absolute one that is not `file:`.
 */
import { createHash } from 'node:crypto'
import { printable } from '../../talk.ts'
import type { Examined } from '../examined.ts'
import { type Exchange, type Fields, isAnswer } from '../exchange.ts'
import type { Finding, Level } from '../finding.ts'
import { conclude } from './conclusion.ts'
import { curlLine, shownFields } from './evidence.ts'
import { RULES, type Rule } from './rules.ts'

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const ABOUT = 'https://www.npmjs.com/package/stagedoor'

export function reportSarif(examined: Examined, version: string): unknown {
  const { url, started, seconds, findings } = examined
  const rules = rulesOf(findings)
  const { origin, host } = new URL(url)
  const driver = { name: 'stagedoor', semanticVersion: version, informationUri: ABOUT }
  const run = {
    tool: { driver: { ...driver, rules: rules.map(([id, rule]) => ruleSarif(id, rule)) } },
    // The last part is of the run, the rest of what is compared from run to run (§3.17.3).
    automationDetails: { id: `stagedoor/check/${host}/${started.toISOString()}` },
    invocations: [
      {
        ...outcome(examined),
        startTimeUtc: started.toISOString(),
        endTimeUtc: new Date(started.getTime() + seconds * 1000).toISOString(),
      },
    ],
    originalUriBaseIds: { SITE: { uri: `${origin}/`, description: { text: 'The site.' } } },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => {
      return resultSarif(
        finding,
        url,
        rules.findIndex(([id]) => id === finding.rule),
      )
    }),
  }
  return { $schema: SCHEMA, version: '2.1.0', runs: [run] }
}

/** A check that found out nothing is not taken for one that found nothing (§3.20.14, §3.20.21). */
function outcome(examined: Examined) {
  const { state, text } = conclude(examined)
  if (state !== 'not known') return { executionSuccessful: true }
  const message = { text: sentence(printable(text)) }
  return {
    executionSuccessful: false,
    toolExecutionNotifications: [{ level: 'error', message }],
  }
}

/** Those that are known, and those that a finding brings with it. */
function rulesOf(findings: Finding[]): [id: string, rule: Rule][] {
  const rules = new Map<string, Rule>(Object.entries(RULES))
  for (const { rule, level, why, mend } of findings) {
    if (!rules.has(rule)) rules.set(rule, { title: rule, level, why, mend, help: ABOUT })
  }
  return [...rules]
}

const LEVELS: Record<Level, string> = { leak: 'error', warning: 'warning', note: 'note' }
/** As GitHub sorts by it: critical from 9, medium from 4. */
const SEVERITIES: Record<Level, string> = { leak: '9.0', warning: '5.0', note: '2.0' }

function ruleSarif(id: string, { title, level, why, mend, help }: Rule) {
  return {
    id,
    shortDescription: { text: sentence(title) },
    fullDescription: { text: sentence(why) },
    help: { text: `${sentence(why)} To mend it: ${sentence(mend)}` },
    helpUri: help,
    defaultConfiguration: { level: LEVELS[level] },
    properties: { tags: ['security'], 'security-severity': SEVERITIES[level] },
  }
}

function resultSarif(finding: Finding, url: string, ruleIndex: number) {
  const { rule, level, kind, what, why, mend, evidence, count } = finding
  const asks = evidence ? ` It shows with: ${curlLine(url, evidence)}` : ''
  const text = `${sentence(what)} ${sentence(why)} To mend it: ${sentence(mend)}${asks}`
  const uri = artifactUri(evidence?.asked.target ?? '/')
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[level],
    message: { text: printable(text) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri, uriBaseId: 'SITE' },
          region: { startLine: 1 },
        },
      },
    ],
    // The same finding in the next run is the same alert, whichever of its requests is shown then.
    partialFingerprints: { 'stagedoor/v1': fingerprint(rule, kind ?? '') },
    ...(count !== undefined && { occurrenceCount: count }),
    ...(evidence && webSarif(evidence)),
    ...(kind !== undefined && { properties: { kind } }),
  }
}

/** Its first letter in upper case, and a full stop: these are read without what stands around them. */
function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? '' : '.'
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`
}

function fingerprint(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

function webSarif({ asked, answer }: Exchange) {
  const { method, target, fields, visitor } = asked
  const shown = shownFields(fields, visitor !== 'somebody')
  const webRequest = { protocol: 'HTTP', version: '1.1', method, target, headers: headers(shown) }
  if (!isAnswer(answer)) return { webRequest, webResponse: { noResponseReceived: true } }
  const head = { protocol: 'HTTP', version: '1.1', statusCode: answer.status }
  return { webRequest, webResponse: { ...head, headers: headers(shownFields(answer.fields)) } }
}

/** Fields of one name as one: a JSON object has each name once (RFC 9110 §5.3). */
function headers(fields: Fields): Record<string, string> {
  const joined = new Map<string, string>()
  for (const [name, value] of fields) {
    const before = joined.get(name)
    joined.set(name, printable(before === undefined ? value : `${before}, ${value}`))
  }
  return Object.fromEntries(joined)
}

// unreserved, sub-delims, `:`, `@`, `/` and what is escaped already (RFC 3986 §3.3)
const NOT_IN_PATH = /%(?![0-9A-Fa-f]{2})|[^\w.~!$&'()*+,;=:@/%-]/g

/** The path of a target as a relative reference; `.` is the root. An odd target is made plain. */
export function artifactUri(target: string): string {
  const [path = ''] = target.split(/[?#]/, 1)
  const relative = path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/^[/\\]+/, '')
  const escaped = relative.replace(NOT_IN_PATH, escapeOctets)
  // A colon in the first segment would be read as the end of a scheme (RFC 3986 §4.2).
  const [first = '', ...rest] = escaped.split('/')
  return [first.replace(/:/g, '%3A'), ...rest].join('/') || '.'
}

function escapeOctets(character: string): string {
  // Octets as they came stand for themselves; what is ours, such as `…`, is not among them.
  return [...Buffer.from(character, character > '\xFF' ? 'utf8' : 'latin1')]
    .map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}
