/** Reading the header fields of what was asked and answered. */
import type { Fields } from './exchange.ts'

/** The values of all fields of that name, in their order. */
export function valuesOf(fields: Fields, name: string): string[] {
  const wanted = name.toLowerCase()
  return fields.filter(([given]) => given.toLowerCase() === wanted).map(([, value]) => value)
}

/** The first field of that name. */
export function firstOf(fields: Fields, name: string): string | undefined {
  return valuesOf(fields, name)[0]
}

/** A list that is spread over fields is one list (RFC 9110 §5.3). */
export function listOf(fields: Fields, name: string): string | undefined {
  const values = valuesOf(fields, name)
  return values.length === 0 ? undefined : values.join(', ')
}

/** Members of a list that holds tokens alone (RFC 9110 §5.6.1), in lower case. */
export function tokensOf(fields: Fields, name: string): string[] {
  const list = listOf(fields, name) ?? ''
  return list
    .split(',')
    .map((member) => member.trim().toLowerCase())
    .filter(Boolean)
}

/**
 * Without blanks around it (OWS, RFC 9110 §5.6.3). By hand: `/[ \t]+$/` takes quadratic time for a
 * long run of blanks in the middle.
 */
export function trimBlanks(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t'
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start++
  while (end > start && isBlank(end - 1)) end--
  return text.slice(start, end)
}
