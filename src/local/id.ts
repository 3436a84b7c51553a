/** Ids at the local API. */
import { randomBytes } from 'node:crypto'

/** Letters and digits, as Vercel's ids are made of. */
export function newId(prefix: string): string {
  return prefix + randomBytes(12).toString('hex')
}
