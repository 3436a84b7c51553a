/** Checks made by hand: what was asked of a site, and what it said. */
import type { Examined, Judged, Tally, Verdict } from '../../src/cli/check/examined.ts'
import type { Answer, Asked, Fields, Visitor } from '../../src/cli/check/exchange.ts'
import type { Finding } from '../../src/cli/check/finding.ts'

export const SITE = 'https://staging.example.com/'

/** The fields of a refusal in which there is nothing to find. */
export const WELL: Fields = [
  ['WWW-Authenticate', 'Basic realm="staging", charset="UTF-8"'],
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['Strict-Transport-Security', 'max-age=63072000'],
  ['X-Robots-Tag', 'noindex, nofollow'],
]

interface Given extends Partial<Asked> {
  status?: number
  /** Fields of the answer. */
  answers?: Fields
  body?: string
}

export function exchange(verdict: Verdict, given: Given = {}): Judged {
  const { status = 401, answers = WELL, body = 'Unauthorized.\n', ...asked } = given
  const answer: Answer = {
    status,
    fields: answers,
    body: Buffer.from(body, 'latin1'),
    isCut: false,
    milliseconds: { connect: 0, firstByte: 5 },
  }
  const visitor: Visitor = verdict === 'entered' ? 'somebody' : 'nobody'
  return {
    asked: { method: 'GET', target: '/', fields: [], visitor, kind: 'page', ...asked },
    answer,
    verdict,
  }
}

/** What nobody gets: a 401 with these fields, in place of one that is well. */
export function refusal(answers: Fields, given: Given = {}): Judged {
  return exchange('refused', { answers, ...given })
}

/** What somebody gets. */
export function entered(answers: Fields, given: Given = {}): Judged {
  return exchange('entered', { status: 200, answers, body: '<!doctype html>', ...given })
}

/** Fields, with those of the same name in place of theirs. */
export function withFields(fields: Fields, ...more: Fields): Fields {
  const names = more.map(([name]) => name.toLowerCase())
  return [...fields.filter(([name]) => !names.includes(name.toLowerCase())), ...more]
}

export function without(fields: Fields, name: string): Fields {
  return fields.filter(([given]) => given.toLowerCase() !== name.toLowerCase())
}

export function examined(exchanges: Judged[], given: Partial<Examined> = {}): Examined {
  return {
    url: SITE,
    exchanges,
    kinds: [],
    requests: exchanges.length,
    limit: 400,
    unasked: 0,
    unaskedKinds: [],
    names: [],
    entered: null,
    findings: [],
    latencyProbe: [],
    started: new Date('2030-01-01T00:00:00Z'),
    seconds: 1.5,
    hindrance: null,
    ...given,
  }
}

export function tally(given: Partial<Record<Verdict, number>> = {}): Tally {
  const asked = Object.values(given).reduce((sum, count) => sum + count, 0)
  return { asked, ...given }
}

/** `warning plain-http: the site answers over http` */
export function told(findings: Finding[]): string[] {
  return findings.map(({ level, rule, what }) => `${level} ${rule}: ${what}`)
}
