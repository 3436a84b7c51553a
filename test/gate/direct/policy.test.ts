/** Documents and policies: names that the command line uses too. docs/policy.md. */
import { describe, expect, test } from 'vitest'
import { PolicyError, parsePolicy } from '../../../src/gate/policy.ts'
import vectors from '../../vectors/policies.json'

interface Row {
  name: string
  /** Of these two, one. */
  document?: unknown
  text?: string
  /** JSON path of what is wrong; none where nothing is. */
  fault: string | null
}

describe('parsePolicy', () => {
  for (const { name, document, text, fault } of vectors as Row[]) {
    test(`${name} → ${fault ?? 'valid'}`, () => {
      expect(faultOf(text ?? document)).toBe(fault)
      if (text === undefined) expect(faultOf(JSON.stringify(document))).toBe(fault)
    })
  }

  test('takes the language of JSON, not its machine, to its limits', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`user${i}`, { verifier: SAMPLE }]),
    )
    expect({
      many: faultOf({ version: 1, users: many }),
      deepList: faultOf('['.repeat(200_000)),
      deepObject: faultOf(`${'{"users":'.repeat(200_000)}1${'}'.repeat(200_000)}`),
      deepValue: faultOf(`{"version":1,"realm":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
      longText: faultOf({ version: 1, realm: 'x'.repeat(1_000_000) }),
    }).toEqual({
      many: null,
      deepList: '$',
      deepObject: '$.version',
      deepValue: '$.realm',
      longText: null,
    })
  })

  test('takes neither undefined nor an object of a class', () => {
    expect([undefined, new Map(), () => {}].map(faultOf)).toEqual(['$', '$.version', '$'])
  })
})

const SAMPLE = `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}`

/** Where a document is wrong. Its message must name the place and never quote the value. */
function faultOf(input: unknown): string | null {
  try {
    parsePolicy(input)
    return null
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    // After the path, words of ours alone; most values that are wrong have SECRET in them.
    expect(error.message).toMatch(new RegExp(`^${literally(error.at)} is [a-z A-Z0-9]+$`))
    expect(error.message.slice(error.at.length)).not.toContain('SECRET')
    expect(error.cause).toBe(undefined)
    return error.at
  }
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
