/** `stagedoor status`: what is gated, and for whom, in all places. Never a verifier or a secret. */
import { invalidPolicy } from '../change.ts'
import { CliError } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { noAppWarnings, openPlace } from '../places/open.ts'
import { gateWarnings } from '../project/gate-state.ts'
import { reportJson } from '../status/json.ts'
import { makeReport, type Report } from '../status/report.ts'
import { storeHeld } from '../status/stores.ts'
import { reportText } from '../status/text.ts'
import { isNoAnswer, type NoAnswer } from '../status/way.ts'
import { advise, print, printJson, say, warn } from '../talk.ts'

/**
 * Prints it.
 *
 * @throws {CliError} after that, where a policy that is in force is not valid, or where Vercel was
 * asked and gave no answer
 */
export async function status(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const report = await makeReport(place, options, io)
  if (options.json) await printJson(io, reportJson(report))
  else {
    await print(io, reportText(io, report))
    if (report.machine && report.policies.every(({ from }) => from === null)) {
      say(io, options, '')
      say(
        io,
        options,
        `nothing is set up in ${place.name}: run ${advise(options, 'user add NAME')}`,
      )
    }
  }
  const { gate, machine } = report
  const warnings = [
    ...(machine ? noAppWarnings(options, io) : []),
    ...gateWarnings(gate, options),
    ...systemWarnings(report, options),
  ]
  for (const warning of warnings) warn(io, warning)
  const failures = noAnswers(report)
  for (const { error } of failures.filter(({ asked }) => !asked)) {
    warn(io, `Vercel was not asked: ${error.message}; ${error.hint}`)
  }
  const broken = brokenPolicy(report, options)
  const [failed, ...others] = failures.filter(({ asked }) => asked)
  const said = broken ? [failed, ...others] : others
  for (const one of said) if (one) warn(io, `${one.error.message}; ${one.error.hint}`)
  if (broken) throw broken
  if (failed) throw failed.error
}

/** A gate that is not told where it is takes every deployment for one that is to be gated. */
function systemWarnings({ vercel }: Report, options: PlaceOptions): string[] {
  if (!vercel || isNoAnswer(vercel) || vercel.exposesSystem) return []
  const off = advise({ ...options, to: 'vercel:production' }, 'off')
  return [
    `the project does not tell its deployments which environment they are in, so production is gated too: tick "Automatically expose System Environment Variables" in its settings on vercel.com, or run ${off}`,
  ]
}

/** Why there are no answers, each once. */
function noAnswers({ vercel, stores }: Report): NoAnswer[] {
  const all = [
    ...(vercel && isNoAnswer(vercel) ? [vercel] : []),
    ...stores.flatMap(({ noAnswer }) => noAnswer ?? []),
  ]
  return all.filter(
    ({ error }, i) => all.findIndex((other) => other.error.message === error.message) === i,
  )
}

/** The first policy in force that is not valid. */
function brokenPolicy(report: Report, options: PlaceOptions): CliError | undefined {
  const { policies, rows, stores } = report
  const broken = policies.find(
    ({ fault, runs }) => fault !== null && (runs.length > 0 || rows.length === 0),
  )
  if (!broken?.from || !broken.fault) return undefined
  const { from, fault } = broken
  if (stores.some((store) => storeHeld(store)?.from === from)) {
    return new CliError(`the policy in the ${from} is not valid at ${fault}, so it admits nobody`, {
      hint: 'mend the item there by hand, or put another in its stead with `npx stagedoor move --from file --to store`',
    })
  }
  const subject = rows.find(({ held }) => held?.from === from)?.subject
  const isOnVercel = subject?.run.startsWith('vercel:')
  const there = isOnVercel ? { to: `vercel:${subject?.environment}` } : {}
  const branch = isOnVercel && subject?.branch !== undefined ? { gitBranch: subject.branch } : {}
  return invalidPolicy({ ...options, ...there, ...branch }, from, fault)
}
