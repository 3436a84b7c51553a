/**
 * The run: from the first question to the last, within the limit.
 *
 * Every kind of URL is asked plainly first, then with wrong credentials, then by tricks, so that
 * a small limit makes for a shallower check, and not for one that leaves a kind out.
 */
import type { Examined, Judged } from './examined.ts'
import type { Exchange } from './exchange.ts'
import { Inquiry, type Plan } from './inquiry.ts'
import { judge } from './judge.ts'
import { findLeaks } from './leaks.ts'
import {
  askAgain,
  askInside,
  askPlainly,
  enter,
  learn,
  probe,
  sendStrangers,
  tryTricks,
} from './stages.ts'
import { tally } from './tally.ts'

/** Octets of a body that are kept for reports; of a refusal all. */
const KEPT = 16 * 1024

/** @throws {Unreachable} @throws {Moved} where there is nothing to examine */
export async function examine(plan: Plan): Promise<Examined> {
  const inquiry = new Inquiry(plan)
  const started = new Date()
  try {
    await learn(inquiry)
    const entered = await enter(inquiry)
    await askPlainly(inquiry)
    if (entered) await askInside(inquiry)
    await sendStrangers(inquiry)
    if (entered) await askAgain(inquiry)
    await tryTricks(inquiry)
    // What its part of the limit had no room for.
    await askPlainly(inquiry, inquiry.wire.left - inquiry.probes)
    return report(inquiry, started, entered, await probe(inquiry))
  } finally {
    inquiry.wire.close()
  }
}

function report(
  inquiry: Inquiry,
  started: Date,
  entered: boolean | null,
  latencyProbe: Exchange[],
): Examined {
  const { plan, map, wire, ground } = inquiry
  // Judged again, now that all is known that the site says of itself.
  const exchanges = inquiry.judged.map((one) => judge(one, ground))
  return {
    url: plan.site.origin + plan.site.path,
    exchanges: exchanges.map(shorten),
    kinds: tally(exchanges),
    requests: wire.sent,
    limit: plan.limit,
    unasked: inquiry.leftOut + inquiry.plainly().length,
    names: [...map.names],
    entered,
    findings: findLeaks(exchanges, ground),
    latencyProbe,
    started,
    seconds: (Date.now() - started.getTime()) / 1000,
  }
}

function shorten(judged: Judged): Judged {
  const { answer, verdict } = judged
  if ('failure' in answer || verdict === 'refused' || answer.body.length <= KEPT) return judged
  // A copy: a part of it would keep the whole.
  const body = Buffer.from(answer.body.subarray(0, KEPT))
  return { ...judged, answer: { ...answer, body, isCut: true } }
}
