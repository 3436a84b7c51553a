/** The site that is checked: what a URL on the command line says, and what it must not. */
import { BlockList, isIP } from 'node:net'
import { misused } from '../errors.ts'

export interface Site {
  /** `https://staging.example.com`, without a slash at its end. */
  origin: string
  /** As `Host` says it: with the port, where that is not the scheme's. */
  host: string
  /** For the connection: without brackets. */
  hostname: string
  port: number
  isSecure: boolean
  /** Where to begin: `/`, or another page of it. */
  path: string
}

/** Reads it. @throws {CliError} for what is no URL of a site, or holds a secret */
export function readSite(text: string): Site {
  const url = parse(text)
  if (url.username || url.password) {
    throw misused('a URL with a password in it shows the password to everybody on this machine', {
      hint: `run \`npx stagedoor check ${url.origin}${url.pathname} --user NAME\`, which asks for it`,
    })
  }
  // It may hold a share link or a bypass: a secret, and a way in that hides what is refused.
  if (url.search || url.hash) {
    throw misused('a site is checked from a page without a query', {
      hint: `run \`npx stagedoor check ${url.origin}${url.pathname}\``,
    })
  }
  const isSecure = url.protocol === 'https:'
  return {
    origin: url.origin,
    host: url.host,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isSecure ? 443 : 80),
    isSecure,
    path: url.pathname,
  }
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Whether a host is this very machine, by its name (RFC 6761 §6.3). What the system's resolver makes
 * of that name is another thing: see {@link isLoopbackAddress}.
 *
 * @param site a URL will do: brackets are taken off
 */
export function isLoopback({ hostname }: Pick<Site, 'hostname'>): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name)
}

/** Of the address alone (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3), an IPv4 one in IPv6 as well. */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && LOOPBACK.check(address, version === 6 ? 'ipv6' : 'ipv4')
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  // `localhost:3000` is a URL too, of a scheme `localhost`.
  const guess = `https://${text.replace(/^[a-z][\w+.-]*:\/\//i, '')}`
  const isHost = /^[\w.-]+(:\d+)?(\/|$)/.test(text) && URL.canParse(guess)
  throw misused(isHost ? 'a URL begins with https:// or http://' : 'that is not a URL of a site', {
    hint: isHost
      ? `run \`npx stagedoor check ${guess.replace(/^https(?=:\/\/(localhost|127\.))/, 'http')}\``
      : 'give one like https://staging.example.com',
  })
}
