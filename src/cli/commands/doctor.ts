/**
 * `stagedoor doctor`: what in a project keeps the gate from doing its work.
 *
 * Of the project one thing is run, and only where its middleware has a matcher: the function of its
 * installed Next.js that reads matchers, unless git has anything of `node_modules`. It can use the
 * network, and signal processes of the user (doctor/matcher-program.ts, docs/doctor.md).
 */
import { examine } from '../doctor/examine.ts'
import { gatherFacts } from '../doctor/facts.ts'
import { countLevels } from '../doctor/finding.ts'
import { countText, reportJson, reportText } from '../doctor/report.ts'
import { CliError } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import { advise, print, printJson, say } from '../talk.ts'

export interface DoctorOptions extends CommonOptions {
  /** Whether a warning is as bad as an error. */
  strict?: boolean
  /** Whether Vercel is asked for its variables. */
  vercel?: boolean
}

/**
 * Prints what it finds.
 *
 * @throws {CliError} after that, where there is an error, or with `strict` a warning
 */
export async function doctor(options: DoctorOptions, io: Io): Promise<void> {
  const facts = gatherFacts(options, io)
  const findings = await examine(facts, io, options.vercel === true)
  if (options.json) await printJson(io, reportJson(facts, findings))
  else await print(io, reportText(io, facts, findings))
  const { error, warning } = countLevels(findings)
  const bad = error > 0 || (options.strict === true && warning > 0)
  if (!bad) {
    if (findings.length > 0) for (const line of ['', countText(findings)]) say(io, options, line)
    return
  }
  throw new CliError(`${countText(findings)} found`, {
    hint: `mend the first, then run ${advise(options, 'doctor')} again`,
  })
}
