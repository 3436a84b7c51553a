/** Asking Vercel on behalf of `status`, which has something to say without an answer too. */
import { CliError, EXIT } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import { type Api, openApi } from '../vercel/api.ts'
import { VercelError } from '../vercel/errors.ts'
import { openTransport } from '../vercel/transport.ts'

/** Why there is no answer. */
export interface NoAnswer {
  /** `false` where there was no token to ask with, which is no failure. */
  asked: boolean
  error: CliError
}

/** @throws {CliError} where there is no way */
export function openQuietly(orgId: string | undefined, options: CommonOptions, io: Io): Api {
  // Several requests at once: one line for all of them is shown by who starts them.
  return openApi(openTransport(io), orgId, { ...options, quiet: true }, io)
}

/** The outcome of some work, or why there is none. @throws what is no error of ours */
export async function orNoAnswer<T>(io: Io, work: () => Promise<T> | T): Promise<T | NoAnswer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode === EXIT.misused) throw error
    return { asked: !isWithoutLogin(error, io), error }
  }
}

export function isNoAnswer(value: object): value is NoAnswer {
  return 'asked' in value && 'error' in value
}

/** Nobody gave us a token, and the `vercel` program has none either. */
function isWithoutLogin(error: CliError, { env }: Io): boolean {
  if (error instanceof VercelError || env.VERCEL_TOKEN) return false
  return error.exitCode === EXIT.unauthorised
}
