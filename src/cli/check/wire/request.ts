/** A request as octets. */
import type { Asked, Fields } from '../exchange.ts'
import { valuesOf } from '../fields.ts'

export interface Credential {
  userId: string
  password: string
}

/** What is of no single request: where it goes, and who asks. */
export interface Sender {
  host: string
  userAgent: string
  credential: Credential | null
}

/**
 * Writes it. An odd one says that the connection is to be closed: how it ends may be read in two
 * ways.
 */
export function requestOctets(asked: Asked, sender: Sender): Buffer {
  const { method, target, version = '1.1', host = sender.host } = asked
  const fields = asked.fields.filter(([name]) => name.toLowerCase() !== 'user-agent')
  // Whatever it says to be, it says what it is too.
  const agents = [...valuesOf(asked.fields, 'user-agent'), sender.userAgent]
  const closes = isOdd(asked) && !hasField(fields, 'connection')
  const lines = [
    `${method} ${target} HTTP/${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    `User-Agent: ${agents.join(' ')}`,
    // Nothing is unpacked here: a small answer could become a large one.
    'Accept-Encoding: identity',
    ...(closes ? ['Connection: close'] : []),
    ...(hasField(fields, 'accept') ? [] : ['Accept: */*']),
    ...[...fields, ...credentialFields(asked, sender)].map(([name, value]) => `${name}: ${value}`),
  ]
  // latin1: an octet a character, so that any octet can be sent.
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** Whether it brings the credential: never over the plain http of a site with TLS. */
export function isWithCredential({ visitor, overHttp }: Asked, { credential }: Sender): boolean {
  return visitor === 'somebody' && !overHttp && credential !== null
}

// Only here, so that no report can show it.
function credentialFields(asked: Asked, sender: Sender): Fields {
  const { credential } = sender
  if (!credential || !isWithCredential(asked, sender)) return []
  const userPass = `${credential.userId}:${credential.password}`.normalize('NFC')
  return [['Authorization', `Basic ${Buffer.from(userPass).toString('base64')}`]]
}

// What not every server reads as the same request: dots, slashes or control characters in disguise.
const ODD = /\/\/|\/\.\.?(?:\/|$)|%(?:[01][0-9a-f]|25|2[ef]|5c|7f)/i

/** Whether it has a connection of its own: servers may read it in different ways. */
export function isOdd({ target, fields, host, version, overHttp }: Asked): boolean {
  if (host !== undefined || version || overHttp || hasField(fields, 'connection')) return true
  const path = target.replace(/\?.*/s, '')
  return !/^\/[\w./~!$&'()*+,:=@%[\]-]*$/.test(path) || ODD.test(path)
}

function hasField(fields: Fields, name: string): boolean {
  return valuesOf(fields, name).length > 0
}
