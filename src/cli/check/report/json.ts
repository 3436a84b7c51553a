/** `check --json`: one document, of the same form whatever was asked and answered. */
import { latencyOf } from '../answers/latency.ts'
import type { Examined, Tally } from '../examined.ts'
import { type Exchange, isAnswer } from '../exchange.ts'
import type { Finding } from '../finding.ts'
import { conclude } from './conclusion.ts'
import { curlLine, shownFields } from './evidence.ts'

export function reportJson(examined: Examined): unknown {
  const { url, started, seconds, requests, limit, unasked, entered, kinds, findings } = examined
  const { unaskedKinds } = examined
  const { state, text } = conclude(examined)
  return {
    url,
    verdict: state,
    summary: text,
    started: started.toISOString(),
    seconds: rounded(seconds),
    requests,
    limit,
    unasked,
    unaskedKinds,
    entered,
    kinds: kinds.map(({ kind, targets, nobody, stranger, tricks, somebody }) => ({
      kind,
      targets,
      nobody: tallyJson(nobody),
      stranger: tallyJson(stranger),
      tricks: tallyJson(tricks),
      somebody: tallyJson(somebody),
    })),
    findings: findings.map((finding) => findingJson(finding, url)),
    latency: latencyJson(examined),
  }
}

const VERDICTS = [
  ...(['refused', 'open', 'told', 'public', 'elsewhere'] as const),
  ...(['reached', 'malformed', 'entered', 'failed'] as const),
]

function tallyJson(tally: Tally) {
  const counts = VERDICTS.map((verdict) => [verdict, tally[verdict] ?? 0])
  return { asked: tally.asked, ...Object.fromEntries(counts) }
}

function findingJson(
  { rule, level, kind, what, why, mend, count, evidence }: Finding,
  url: string,
) {
  return {
    rule,
    level,
    kind: kind ?? null,
    what,
    why,
    mend,
    count: count ?? null,
    evidence: evidence ? evidenceJson(evidence, url) : null,
  }
}

/** No body: it is the site's, and may be long. */
function evidenceJson(exchange: Exchange, url: string) {
  const { asked, answer } = exchange
  const { method, target, visitor, trick = null } = asked
  const isSecret = visitor === 'somebody'
  return {
    curl: curlLine(url, exchange),
    visitor,
    trick,
    request: { method, target, fields: shownFields(asked.fields, !isSecret) },
    answer: isAnswer(answer)
      ? { status: answer.status, fields: shownFields(answer.fields), octets: answer.body.length }
      : null,
    failure: isAnswer(answer) ? null : answer.failure,
  }
}

function latencyJson({ latencyProbe }: Examined) {
  const latency = latencyOf(latencyProbe)
  if (latency === null) return null
  const { count, median, percentile95, connect } = latency
  return {
    count,
    median: rounded(median),
    percentile95: rounded(percentile95),
    connect: connect === null ? null : rounded(connect),
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
