/**
 * Visiting a gate: what a client sends, what it gets, and what the log says meanwhile.
 *
 * Written from the RFCs and docs/policy.md alone, so that a mistake of src/gate is not repeated here.
 */
import { afterEach, beforeEach, vi } from 'vitest'
import type { Gate, GateEvent, GateOptions } from '../../src/gate/gate.ts'

export type Policy = NonNullable<GateOptions['policy']>

export const SITE = 'https://staging.example'

const encoder = new TextEncoder()

/** Base64 of bytes, or of a text's UTF-8 (RFC 4648 §4). */
export function base64(input: string | Uint8Array): string {
  const bytes = typeof input === 'string' ? encoder.encode(input) : input
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The field value that a client sends (RFC 7617 §2). */
export function basic(userId: string, password: string): string {
  return `Basic ${base64(`${userId}:${password}`)}`
}

/** A verifier of docs/policy.md, Verifiers: `sha256` without iterations. The salt is bytes of one value. */
export async function verifierOf(password: string, iterations = 0, salted = 7): Promise<string> {
  const salt = new Uint8Array(16).fill(salted)
  const text = encoder.encode(password.normalize('NFC'))
  if (iterations === 0) {
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array([...salt, ...text]))
    return `sha256:${base64url(salt)}:${base64url(new Uint8Array(digest))}`
  }
  const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits'])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  const bits = await crypto.subtle.deriveBits(algorithm, key, 256)
  return `pbkdf2-sha256:${iterations}:${base64url(salt)}:${base64url(new Uint8Array(bits))}`
}

/** Users of a policy with `sha256` verifiers. */
export async function usersOf(passwords: {
  [userId: string]: string
}): Promise<Policy['users'] & {}> {
  const entries = Object.entries(passwords).map(async ([userId, password]) => {
    return [userId, { verifier: await verifierOf(password) }] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** A policy with one user, `alice`, and her password, `secret`. */
export async function alicePolicy(more: Partial<Policy> = {}): Promise<Policy> {
  return { version: 1, users: await usersOf({ alice: 'secret' }), ...more }
}

export const ALICE = { Authorization: basic('alice', 'secret') }

/** A request for a path, with what Next.js adds to it where that is given. */
export function request(
  path: string,
  headers: HeadersInit = {},
  { method = 'GET', nextUrl }: { method?: string; nextUrl?: object } = {},
): Request {
  const made = new Request(SITE + path, { method, headers })
  return nextUrl ? Object.assign(made, { nextUrl }) : made
}

export interface Answer {
  status: number
  headers: { [name: string]: string }
  body: string
}

/** Work that goes on behind an answer: a test ends when that has, or its log would be another's. */
const behind = new Set<Promise<unknown>>()
const BEHIND: GateEvent = { waitUntil: (work) => void behind.add(work) }

/** A whole answer. What goes through untouched, without a response, is `undefined`. */
export async function visit(
  gate: Gate,
  path: string | Request,
  headers: HeadersInit = {},
  event: GateEvent = BEHIND,
): Promise<Answer | undefined> {
  hasVisited = true
  const asked = typeof path === 'string' ? request(path, headers) : path
  const response = await gate(asked, event)
  return response && read(response)
}

export async function read(response: Response): Promise<Answer> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  }
}

/** An answer in a word: what vectors name. */
export function summarize(answer: Answer | undefined): string {
  if (answer === undefined) return 'untouched'
  const { status, headers, body } = answer
  const through = 'x-middleware-next' in headers || 'x-middleware-rewrite' in headers
  if (through) return status === 200 && body === '' ? 'through' : 'through, with a body'
  const [scheme] = headers['www-authenticate']?.split(' ') ?? []
  return scheme === undefined ? `${status}` : `${status} ${scheme}`
}

export async function outcome(
  gate: Gate,
  path: string | Request,
  headers: HeadersInit = {},
): Promise<string> {
  return summarize(await visit(gate, path, headers))
}

const VARIABLES = [
  'AUTH_PASSWORD',
  'AUTH_USER',
  'NODE_ENV',
  'STAGEDOOR',
  'STAGEDOOR_COOKIE',
  'STAGEDOOR_IP_HEADER',
  'STAGEDOOR_KEY',
  'STAGEDOOR_MAX_STALE',
  'STAGEDOOR_POLICY',
  'STAGEDOOR_SECRET',
  'STAGEDOOR_SIGN_IN',
  'VERCEL',
  'VERCEL_AUTOMATION_BYPASS_SECRET',
  'VERCEL_ENV',
  'VERCEL_TARGET_ENV',
]

/** Sets just these variables of ours; the others are unset. A gate knows of it a second later. */
export function environment(values: { [name: string]: string | undefined }): void {
  const later = Date.now() + 1000
  if (vi.isFakeTimers()) vi.setSystemTime(later)
  else if (hasVisited) {
    const ahead = later - performance.now()
    vi.spyOn(Date, 'now').mockImplementation(() => Math.ceil(performance.now() + ahead))
  }
  for (const name of VARIABLES) vi.stubEnv(name, undefined)
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
}

export function environmentWith(policy: Policy, more: { [name: string]: string } = {}): void {
  environment({ STAGEDOOR_POLICY: JSON.stringify(policy), ...more })
}

/** Lines that the gate logs in a test, and their level. */
export const logged: string[] = []

/** The log as objects, without what all lines share. */
export function log(): object[] {
  return logged.map((line) => {
    const [level, text = ''] = line.split(/ (.*)/s)
    const { source: _, ...entry } = JSON.parse(text)
    return { level, ...entry }
  })
}

/** Whether a gate of this test has read the environment. */
let hasVisited = false

/** Each test starts with an environment without ours, and a log of its own. */
export function beforeEachVisit(): void {
  beforeEach(() => {
    environment({})
    hasVisited = false
    logged.length = 0
    for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...texts) => {
        logged.push(`${level} ${texts.join(' ')}`)
      })
    }
  })
  afterEach(async () => {
    await Promise.allSettled(behind)
    behind.clear()
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    vi.useRealTimers()
  })
}
