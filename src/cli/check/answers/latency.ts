/** How long a refusal takes. */
import type { Examined } from '../examined.ts'
import { type Exchange, isAnswered } from '../exchange.ts'
import type { Finding } from '../finding.ts'
import { found } from './make-finding.ts'

/** In milliseconds. */
export interface Latency {
  /** Answers that were measured. */
  count: number
  /** From the end of the request to the first octet of the answer, on a connection that stood. */
  median: number
  percentile95: number
  /** Until a connection stood, TLS too: what a visitor pays once. */
  connect: number | null
}

export function latencyOf(probe: Exchange[]): Latency | null {
  const answers = probe.filter(isAnswered).map(({ answer }) => answer.milliseconds)
  const kept = answers.filter(({ connect }) => connect === 0)
  // Where no connection is kept, what is measured is the answer all the same.
  const times = (kept.length > 0 ? kept : answers).map(({ firstByte }) => firstByte)
  if (times.length === 0) return null
  const sorted = times.sort((one, other) => one - other)
  const connect = answers.find((one) => one.connect > 0)?.connect ?? null
  return {
    count: sorted.length,
    median: at(sorted, 0.5),
    percentile95: at(sorted, 0.95),
    connect,
  }
}

/** Nearest rank: a value that was measured. */
function at(sorted: number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

// Milliseconds. Far more than a network and a decision take together.
const SLOW = 1_000

export function judgeLatency({ latencyProbe }: Examined): Finding[] {
  const latency = latencyOf(latencyProbe)
  if (latency === null || latency.median < SLOW) return []
  const by = latencyProbe.filter(isAnswered)
  return [
    found('slow-refusal', `half of them take more than ${Math.round(latency.median)} ms`, { by }),
  ]
}
