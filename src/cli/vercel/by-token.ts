/** Sending with a token of the user's. */
import { CliError, EXIT, errorCode } from '../errors.ts'
import { Lost, type Transport } from './exchange.ts'

// Milliseconds. Vercel answers in less than one second; a line that is cut off never does.
const TIMEOUT = 15_000

/** Sends with a bearer token (RFC 6750 §2.1). Never follows a redirection: the token is for `origin`. */
export function byFetch(origin: URL, token: string): Transport {
  return {
    host: origin.host,
    async send({ method, path: asked, body }) {
      try {
        const response = await fetch(new URL(asked, origin), {
          method,
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT),
          headers: {
            Authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'Content-Type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        const { status, headers } = response
        return { status, headers, text: await response.text() }
      } catch (error) {
        throw new Lost(reasonOf(error), { cause: error })
      }
    },
  }
}

function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: unknown }
  if (name === 'TimeoutError') return `no answer in ${TIMEOUT / 1000} s`
  const code = errorCode(cause) ?? errorCode(error)
  return REASONS[code ?? ''] ?? (code ? `the network says ${code}` : 'the connection failed')
}

const OWN_CERTIFICATE =
  'its certificate is one of this network: put the file of it into NODE_EXTRA_CA_CERTS'

const REASONS: Record<string, string> = {
  ENOTFOUND: 'its name is not known here (ENOTFOUND)',
  EAI_AGAIN: 'names cannot be looked up here (EAI_AGAIN)',
  ECONNREFUSED: 'the connection was refused (ECONNREFUSED)',
  ECONNRESET: 'the connection was cut off (ECONNRESET)',
  ETIMEDOUT: 'no connection in time (ETIMEDOUT)',
  ENETUNREACH: 'there is no network (ENETUNREACH)',
  EHOSTUNREACH: 'there is no way to it (EHOSTUNREACH)',
  UND_ERR_SOCKET: 'the connection was cut off (UND_ERR_SOCKET)',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time (UND_ERR_CONNECT_TIMEOUT)',
  CERT_HAS_EXPIRED: 'its certificate has expired (CERT_HAS_EXPIRED)',
  SELF_SIGNED_CERT_IN_CHAIN: `${OWN_CERTIFICATE} (SELF_SIGNED_CERT_IN_CHAIN)`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `${OWN_CERTIFICATE} (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)`,
}

/** A token that cannot be one would be an error of `fetch` that quotes it. */
export function checkToken(token: string, name: string): string {
  if (/^[\x21-\x7E]+$/.test(token)) return token
  throw new CliError(`${name} has characters that no token has`, {
    hint: 'copy the token once more, without spaces or quotes around it',
    exitCode: EXIT.unauthorised,
  })
}
