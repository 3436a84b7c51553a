/** Reading `Authorization`: strict RFC 9110 §11, RFC 7617 and RFC 4648, row by row. */

import { beforeAll, expect, test } from 'vitest'
import { createGate } from '#gate'
import type { Gate } from '../../src/gate/gate.ts'
import vectors from '../vectors/credentials.json'
import { base64, beforeEachVisit, outcome, usersOf } from './visit.ts'

/** A text, or pieces of one and how often each stands there. */
type Text = string | (string | number)[][]

/** One of `field`, `userPass` and `hex` is what the client sends. */
interface Row {
  name: string
  clause: string
  /** The field value, one character a byte. */
  field?: string
  /** To be sent as UTF-8, in Base64. */
  userPass?: Text
  /** Bytes of a user-pass. */
  hex?: string
  answer: string
}

const rows: Row[] = vectors.rows
const passwords: { [userId: string]: Text } = vectors.users

beforeEachVisit()

let gate: Gate
beforeAll(async () => {
  const texts = Object.entries(passwords).map(([userId, password]) => [userId, write(password)])
  gate = createGate({ policy: { version: 1, users: await usersOf(Object.fromEntries(texts)) } })
})

for (const { name, clause, field, userPass, hex, answer } of rows) {
  test(`${clause}: ${name} → ${answer}`, async () => {
    const token = hex === undefined ? base64(write(userPass ?? '')) : base64(bytesOf(hex))
    const authorization = field ?? `Basic ${token}`
    expect(await outcome(gate, '/', { Authorization: authorization })).toBe(answer)
  })
}

function write(text: Text): string {
  if (typeof text === 'string') return text
  return text.map(([piece, times]) => `${piece}`.repeat(Number(times))).join('')
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}
