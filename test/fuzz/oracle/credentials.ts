/** Basic credentials, as RFC 7617 and docs/policy.md have them. */
import { isUtf8 } from 'node:buffer'

/** Whether a field is of the scheme `Basic`. */
export function isBasic(field: string): boolean {
  const [scheme = ''] = field.split(' ')
  return scheme.toLowerCase() === 'basic'
}

/** User-id and password in Normalization Form C; `null` for what RFC 7617 does not allow. */
export function readBasic(field: string): [userId: string, password: string] | null {
  if (!isBasic(field)) return null
  const token = field.slice('basic'.length).replace(/^ +/, '')
  const symbols = token.replace(/={1,2}$/, '')
  const bytes = Buffer.from(symbols, 'base64')
  // One spelling a value, whole or without its padding (RFC 4648 §3.5).
  const spelled = bytes.toString('base64')
  const isSpelled = token === spelled || token === spelled.replace(/=+$/, '')
  if (field[5] !== ' ' || token === '' || !isSpelled || !isUtf8(bytes)) return null
  const text = bytes.toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : normalizePair(text.slice(0, colon), text.slice(colon + 1))
}

/** A user-id and a password that somebody could have. */
export function normalizePair(userId: string, password: string): [string, string] | null {
  const both = userId + password
  for (const character of both) if (character < ' ' || character === '\x7f') return null
  // More marks in a row than the Stream-Safe Text Format has (UAX #15 §13).
  if (userId.includes(':') || /\p{M}{31}/u.test(`${userId}:${password}`)) return null
  return [userId.normalize('NFC'), password.normalize('NFC')]
}
