/** What the local servers answer, and how an answer may go wrong on its way. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Answer {
  /** 0 for none at all. */
  status: number
  fields: { [name: string]: string }
  body: string
  /** How the connection ends, where it does not end well. */
  end?: 'silent' | 'reset' | 'cut'
}

/** What a proxy that stands between sends to who has not signed in to the network. */
const PAGE = '<!doctype html><title>Sign in to the network</title>'

export function json(status: number, value: unknown, fields: Answer['fields'] = {}): Answer {
  return {
    status,
    fields: { ...fields, 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  }
}

export function page(status: number, fields: Answer['fields'] = {}): Answer {
  return { status, fields: { ...fields, 'Content-Type': 'text/html; charset=utf-8' }, body: PAGE }
}

/** Takes the request and never answers. */
export const SILENT: Answer = { status: 0, fields: {}, body: '', end: 'silent' }

/** Hangs up instead of an answer. */
export const RESET: Answer = { status: 0, fields: {}, body: '', end: 'reset' }

export function send(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  const { status, fields, body, end } = answer
  if (end === 'silent') return
  if (end === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  if (end === 'cut') {
    response.writeHead(status, { ...fields, 'Content-Length': `${Buffer.byteLength(body)}` })
    response.write(body.slice(0, body.length / 2), () => request.socket.destroy())
    return
  }
  response.writeHead(status, fields).end(request.method === 'HEAD' ? undefined : body)
}
