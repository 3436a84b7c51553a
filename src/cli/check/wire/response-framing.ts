/** Where the body of a response ends, and whether the connection goes on after it (RFC 9112 §6.3, §9.3). */
import type { Fields, Method } from '../exchange.ts'
import { trimBlanks, valuesOf } from '../fields.ts'
import { type Head, NotHttp } from './response-head.ts'

export interface Framing {
  /** `rest`: the end of the connection is its end. */
  body: 'none' | 'sized' | 'chunked' | 'rest'
  /** Of one that is `sized`, in octets. */
  length: number
  /** Whether another response may follow on the connection. */
  persists: boolean
}

/** In the order of §6.3. @throws {NotHttp} */
export function framingOf(head: Head, method: Method): Framing {
  const { status, fields, isVersion11, isAmbiguous } = head
  const options = list(fields, 'connection')
  const isKept = isVersion11 ? !options.includes('close') : options.includes('keep-alive')
  const persists = isKept && status !== 101 && !isAmbiguous
  const codings = list(fields, 'transfer-encoding')
  const lengths = [...new Set(list(fields, 'content-length'))]
  if (method === 'HEAD' || [101, 204, 304].includes(status))
    return { body: 'none', length: 0, persists }
  if (codings.length > 0) {
    if (codings.length > 1 || codings[0] !== 'chunked') return TO_THE_END
    // Both is a sign of an attack: read as chunked, and nothing after it (§6.1).
    return { body: 'chunked', length: 0, persists: persists && lengths.length === 0 }
  }
  const [text] = lengths
  if (text === undefined) return TO_THE_END
  if (lengths.length > 1 || !/^\d{1,15}$/.test(text))
    throw new NotHttp('its Content-Length is malformed')
  const length = Number(text)
  return { body: length === 0 ? 'none' : 'sized', length, persists }
}

const TO_THE_END: Framing = { body: 'rest', length: 0, persists: false }

/** The members of a field's list, of all its lines, in lower case. */
function list(fields: Fields, name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => trimBlanks(member).toLowerCase())
    .filter(Boolean)
}
