/** Why there is no answer, in words for people. */
import { errorCode } from '../../errors.ts'

/** No answer: why, in words for people, and the system's code where it has one. */
export class NoAnswerError extends Error {
  readonly code: string | undefined
  /** Of an answer that began, and is none. */
  statusSaid: number | undefined

  constructor(message: string, code?: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** What the system and OpenSSL say, for someone who reads neither's manual. */
const WORDS: Record<string, string> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed without an answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'no connection in time',
  EPROTO: 'it does not speak TLS there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  // The same of Node.js 24.
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that is trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody that is trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
}

/** Codes of certificates that are not trusted: another hint helps there. */
export const CERTIFICATE = /CERT|LEAF_SIGNATURE|ISSUER/

/** An error of the system's, in words. */
export function explain(error: unknown): NoAnswerError {
  if (error instanceof NoAnswerError) return error
  // Of several addresses that were tried, the first.
  const inner = error instanceof AggregateError ? error.errors[0] : error
  const code = errorCode(inner) ?? 'unknown'
  return new NoAnswerError(WORDS[code] ?? `the system says ${code}`, code, error)
}
