/** How a request to Vercel's REST API fails. */
import { CliError, EXIT } from '../errors.ts'

/** A refusal of Vercel's. */
export class VercelError extends CliError {
  /** What it is about: not always the status of the answer, see `kindOf`. */
  readonly status: number

  constructor(message: string, status: number, hint: string) {
    const exitCode = status === 401 || status === 403 ? EXIT.unauthorised : EXIT.failed
    super(message, { hint, exitCode })
    this.name = 'VercelError'
    this.status = status
  }
}

/** No answer came, or none that can be read: nobody knows what was done. */
export class Unanswered extends CliError {}

/** Nothing was done, and what was read before is old: Vercel asked to wait, or others were faster. */
export class Outdated extends CliError {}

/** An answer is not of the form that this version knows. */
export function unknownForm(doing: string): CliError {
  return new CliError(`cannot ${doing}: Vercel's answer has a form that is not known here`, {
    hint: 'see whether there is a newer version of stagedoor',
  })
}

/** The same of an answer to a change, which may have been made. */
export function unknownAnswer(doing: string): Unanswered {
  return new Unanswered(unknownForm(doing).message, {
    hint: 'run the command again, and see whether there is a newer version of stagedoor',
  })
}

/** For hints. The least that will do: one team, and an end. */
export const HOW_TO_GET_A_TOKEN =
  'make a token for this team alone, with an expiry date, at https://vercel.com/account/tokens, and set VERCEL_TOKEN; or run `npx vercel login`'
