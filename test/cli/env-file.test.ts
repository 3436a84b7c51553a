// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what Next.js replaces
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandEnv, parseEnv, plainJson, readEnv, setEnv } from '../../src/cli/places/env-file.ts'
import { loadLikeNext } from './next-env.ts'

const runs = { numRuns: process.env.SLOW ? 20_000 : 200 }

/** Text in which everything that `.env` files treat in a special way is likely. */
const nasty = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'\'"`\\$#={}:- \n\r\tAz0ä€') },
      fc.constantFrom(
        '\\n',
        '\\$',
        '${A}',
        '$A',
        '${A:-x}',
        '\\u0027',
        '\u2028',
        '\uFEFF',
        '\x7F',
        '🙂',
        '\u00A0',
        '//',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const documents = fc.record(
  {
    version: fc.constant(1),
    realm: nasty,
    users: fc.dictionary(nasty, fc.record({ verifier: nasty, paths: fc.array(nasty) })),
    allow: fc.array(nasty),
    open: fc.boolean(),
  },
  { requiredKeys: ['version'] },
)

const name = fc.constantFrom('A', 'B_2', 'c.d', 'e-f', 'STAGEDOOR_POLICY')
const newline = fc.constantFrom('\n', '\r\n', '\n\n')
const plain = fc.constantFrom(
  '',
  ' ',
  'on',
  ' spaced ',
  "'single $ '",
  '"double \\n"',
  '`back`',
  'x # comment',
  "'two\nlines'",
)
// To `REF` only, which holds no reference: Next.js runs out of stack on a name that stands for
// itself, and then loads nothing of the file.
const referring = fc.constantFrom(
  '$REF',
  '${REF}',
  '${REF:-y}',
  '${NONE:-$REF}',
  '\\$REF',
  'a$REF$REF',
  '"\\$REF"',
)
const assignment = fc.oneof(
  fc.tuple(name, fc.oneof(plain, referring)),
  fc.tuple(fc.constant('REF'), plain),
)
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('', ' ', 'export ', '\t'), assignment, fc.constantFrom('=', ' = ', ': '))
    .map(([before, [key, text], equals]) => before + key + equals + text),
  fc.constantFrom('# comment', "# STAGEDOOR_POLICY='old'", '', '   ', 'no assignment'),
)
/** Files that a person might have. */
const files = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.array(
      fc.tuple(line, newline).map((parts) => parts.join('')),
      { maxLength: 8 },
    ),
    fc.constantFrom('', 'A=1', '# end'),
  )
  .map(([bom, lines, end]) => bom + lines.join('') + end)

/**
 * Whether a name leads back to itself, as in `A=$A$A`: what Next.js makes of it grows until the
 * stack or the memory of this worker is at its end, and then all tests in it are.
 */
function isEndless(text: string): boolean {
  const values = readEnv(text)
  const follow = (name: string, seen: string[]): boolean => {
    if (seen.includes(name)) return true
    const references = (values.get(name) ?? '').matchAll(/\$\{?(\w+)/g)
    return [...references].some((match) => follow(match[1] as string, [...seen, name]))
  }
  return [...values.keys()].some((name) => follow(name, []))
}

function isLoadable(text: string): boolean {
  return loadLikeNext(`${text}\nSENTINEL=1\n`).SENTINEL === '1'
}

describe('a policy written to a file', () => {
  test('is what Next.js loads, byte for byte, whatever the policy and the file', () => {
    fc.assert(
      fc.property(documents, files, (document, file) => {
        const json = plainJson(document)
        const loaded = loadLikeNext(setEnv(file, { STAGEDOOR_POLICY: json }))
        expect(loaded.STAGEDOOR_POLICY).toBe(json)
        expect(JSON.parse(loaded.STAGEDOOR_POLICY as string)).toEqual(
          JSON.parse(JSON.stringify(document)),
        )
      }),
      runs,
    )
  })

  test('leaves all else as it was', () => {
    fc.assert(
      fc.property(documents, files, (document, file) => {
        const text = setEnv(file, { STAGEDOOR_POLICY: plainJson(document) })
        const [before, after] = [file, text].map((candidate) => {
          const at = parseEnv(candidate)
            .filter((found) => found.name === 'STAGEDOOR_POLICY')
            .at(-1)
          return at ? [candidate.slice(0, at.start), candidate.slice(at.end)] : [candidate, '']
        }) as [string[], string[]]
        if (readEnv(file).has('STAGEDOOR_POLICY')) expect(after).toEqual(before)
        else expect(text.startsWith(file)).toBe(true)
      }),
      runs,
    )
  })

  test('is the same when it is written again', () => {
    fc.assert(
      fc.property(documents, files, (document, file) => {
        const once = setEnv(file, { STAGEDOOR_POLICY: plainJson(document) })
        expect(setEnv(once, { STAGEDOOR_POLICY: plainJson(document) })).toBe(once)
      }),
      runs,
    )
  })
})

describe('reading a file', () => {
  const read = (text: string) => {
    const before = new Set(Object.keys(process.env))
    const values = expandEnv(readEnv(text), process.env)
    return Object.fromEntries([...values].filter(([key]) => !before.has(key)))
  }

  test('agrees with Next.js on files that people have', () => {
    fc.assert(
      fc.property(files, (text) => {
        expect(read(text)).toEqual(loadLikeNext(text))
      }),
      runs,
    )
  })

  test('agrees with Next.js on any text', () => {
    const anything = fc.array(fc.oneof(nasty, name, newline, fc.constant('=')), { maxLength: 12 })
    fc.assert(
      fc.property(anything, (parts) => {
        const text = parts.join('')
        fc.pre(!isEndless(text) && isLoadable(text))
        expect(read(text)).toEqual(loadLikeNext(text))
      }),
      runs,
    )
  })
})

describe('an assignment', () => {
  test.each([
    [
      'keeps prefix, spaces and comment',
      "export STAGEDOOR = 'off'  # why\nA=1\n",
      'export STAGEDOOR = on  # why\nA=1\n',
    ],
    ['is given a value where it had none', 'STAGEDOOR= # why\n', 'STAGEDOOR=on # why\n'],
    ['goes to the end where there was none', '# only this\n', '# only this\nSTAGEDOOR=on\n'],
    ['is given a line of its own', 'A=1', 'A=1\nSTAGEDOOR=on\n'],
    ['ends its line as the file does', 'A=1\r\nB=2', 'A=1\r\nB=2\r\nSTAGEDOOR=on\r\n'],
    [
      'changes where it counts: last',
      'STAGEDOOR=off\nSTAGEDOOR=off\n',
      'STAGEDOOR=off\nSTAGEDOOR=on\n',
    ],
    ['is not a comment', '# STAGEDOOR=off\n', '# STAGEDOOR=off\nSTAGEDOOR=on\n'],
    ['replaces several lines', 'STAGEDOOR="a\nb"\nA=1\n', 'STAGEDOOR=on\nA=1\n'],
    ['is in an empty file', '', 'STAGEDOOR=on\n'],
  ])('%s', (_law, before, after) => {
    expect(setEnv(before, { STAGEDOOR: 'on' })).toBe(after)
  })

  test('is refused after a quote that is not closed', () => {
    expect(() => setEnv("A='open\n", { STAGEDOOR_POLICY: '# {}' })).toThrow(
      'the file cannot be changed safely: a quote before or in A is not closed',
    )
  })
})
