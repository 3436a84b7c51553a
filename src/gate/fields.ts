/** Header fields of a request, all read at once: listing `Headers` costs what a few look-ups do. */

/** Values by names, which `Headers` lists in lower case. */
export type Fields = Map<Lowercase<string>, string>

// token (RFC 9110 §5.6.2)
export const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/

export function readFields(headers: Headers): Fields {
  const fields: Fields = new Map()
  // Not `new Map(headers)`: iterators take twice as long.
  headers.forEach((value, name) => void fields.set(name as Lowercase<string>, value))
  return fields
}
