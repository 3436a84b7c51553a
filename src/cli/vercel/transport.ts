/**
 * Two ways to Vercel's REST API: with a token of the user's, and through the `vercel` program,
 * where somebody is logged in with that. Its files are its own: they are not read here.
 */
import { CliError, EXIT } from '../errors.ts'
import type { Io } from '../io.ts'
import { byProgram, findProgram } from './by-program.ts'
import { byFetch, checkToken } from './by-token.ts'
import { HOW_TO_GET_A_TOKEN } from './errors.ts'
import type { Transport } from './exchange.ts'

const API = 'https://api.vercel.com'

/** @throws {CliError} where there is neither a token nor the program, or the address is no such */
export function openTransport(io: Io): Transport {
  const origin = originOf(io.env.STAGEDOOR_API || API)
  const token = io.env.VERCEL_TOKEN
  if (token) return byFetch(origin, checkToken(token, 'VERCEL_TOKEN'))
  const program = findProgram(io)
  if (program) return byProgram(program, io)
  throw new CliError('there is no VERCEL_TOKEN, and no `vercel` program that is logged in', {
    hint: HOW_TO_GET_A_TOKEN,
    exitCode: EXIT.unauthorised,
  })
}

/** Where requests with the token go: to Vercel, or nowhere but this machine. */
function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url !== undefined && /^https?:$/.test(url.protocol) && isLoopback(url)
  if (url && (url.origin === API || isLocal)) return url
  throw new CliError('STAGEDOOR_API is no address of this machine', {
    hint: 'unset it: it is for tests, and api.vercel.com is asked without it',
    exitCode: EXIT.misused,
  })
}

/** Whether an address is of this machine (RFC 6890 §2.2.2 and RFC 6761 §6.3). */
export function isLoopback({ hostname }: URL): boolean {
  return /^127(\.\d+){3}$/.test(hostname) || hostname === '[::1]' || hostname === 'localhost'
}
