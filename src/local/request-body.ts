/** What a request to the local API brings. */
import type { IncomingMessage } from 'node:http'
import { badRequest } from './refusal.ts'

// Characters: more than a store may hold.
const LONGEST = 4_000_000

/** @throws for a body that would fill the memory; the connection is cut off */
export async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > LONGEST) throw new Error('too long')
  }
  return text
}

/** JSON as what it says; anything else as it came. */
export function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** https://vercel.com/docs/rest-api: "must be encoded as JSON with the Content-Type". */
export function checkBody({ headers }: IncomingMessage, text: string): void {
  if (text === '') return
  const isJson = /^application\/json\b/.test(headers['content-type'] ?? '')
  if (!isJson || typeof parsed(text) === 'string') throw badRequest('Invalid JSON')
}
