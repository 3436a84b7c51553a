/**
 * The run: from the first question to the last, within the limit.
 *
 * Every kind of URL is asked plainly first, then with wrong credentials, then by tricks, so that
 * a small limit makes for a shallower check, and not for one that leaves a kind out.
 */
import { type Examined, Moved, Silent, Unreachable } from './examined.ts'
import { type Exchange, isPlain } from './exchange.ts'
import { Inquiry, type Plan } from './inquiry.ts'
import { findLeaks } from './judging/leaks.ts'
import { tally } from './judging/tally.ts'
import { shortened } from './kept-bodies.ts'
import { learn, learnLanguages } from './learn.ts'
import { missingIn } from './names-in.ts'
import {
  askAgain,
  askInside,
  askOnceMore,
  askPlainly,
  enter,
  probe,
  sendStrangers,
  tryTricks,
} from './stages.ts'

/** Asks, and tells what came of it: also where there was nothing to ask. */
export async function examine(plan: Plan): Promise<Examined> {
  const inquiry = new Inquiry(plan)
  const started = new Date()
  try {
    await learn(inquiry)
    const isInside = await enter(inquiry)
    await askPlainly(inquiry)
    await askOnceMore(inquiry)
    if (isInside) await askInside(inquiry)
    await sendStrangers(inquiry)
    if (isInside) await askAgain(inquiry)
    await tryTricks(inquiry)
    // What its part of the limit had no room for.
    await askPlainly(inquiry, inquiry.wire.left - inquiry.probes)
    await askOnceMore(inquiry)
    return await report(inquiry, started, await probe(inquiry))
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Moved)) throw error
    const examined = await report(inquiry, started, [])
    // What is not asked of a site that is silent, no larger limit would ask.
    const isSilent = error instanceof Silent
    const left = isSilent && { unasked: inquiry.leftOut, unaskedKinds: [] }
    return { ...examined, ...left, hindrance: error }
  } finally {
    inquiry.wire.close()
  }
}

async function report(
  inquiry: Inquiry,
  started: Date,
  latencyProbe: Exchange[],
): Promise<Examined> {
  const { plan, map, wire } = inquiry
  learnLanguages(inquiry)
  await forgetOpenNames(inquiry)
  const { ground } = inquiry
  const exchanges = await inquiry.judgedAgain()
  return {
    url: plan.site.origin + plan.site.path,
    // Refusals are read once more, by the judges of answers.
    exchanges: exchanges.map((one) => (one.verdict === 'refused' ? one : shortened(one))),
    kinds: tally(exchanges),
    requests: wire.sent,
    limit: plan.limit,
    unasked: inquiry.leftOut + inquiry.plainly().length,
    unaskedKinds: unaskedKinds(inquiry),
    names: [...map.names],
    entered: enteredIn(inquiry),
    findings: findLeaks(exchanges, ground),
    latencyProbe,
    started,
    seconds: (Date.now() - started.getTime()) / 1000,
    hindrance: null,
  }
}

/** Names of which it is seen in the end that they stand in what is open to all. */
async function forgetOpenNames({ judged, map }: Inquiry): Promise<void> {
  const open = judged.filter(({ verdict }) => verdict === 'told' || verdict === 'public')
  const shut = new Set(await missingIn(open, map.names))
  for (const name of map.names) if (!shut.has(name)) map.names.delete(name)
}

/** Whether the credential is right, as far as anything was answered to it. */
function enteredIn({ judged }: Inquiry): boolean | null {
  const own = judged.filter(({ asked }) => asked.visitor === 'somebody')
  if (own.some(({ verdict }) => verdict === 'entered')) return true
  return own.some(({ verdict }) => verdict === 'refused') ? false : null
}

/** Kinds of which nobody has asked for anything, for the limit. */
function unaskedKinds(inquiry: Inquiry): string[] {
  const asked = inquiry.judged.filter(({ asked }) => isPlain(asked)).map(({ asked }) => asked.kind)
  const left = inquiry.plainly().map(({ kind }) => kind)
  return [...new Set(left)].filter((kind) => !asked.includes(kind))
}
