/** Rules and paths by themselves: names that the command line uses too. docs/policy.md, Rules. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers, parsePath, parseRule, readRules } from '../../../src/gate/rules.ts'
import vectors from '../../vectors/rules.json'
import { runs } from '../runs.ts'

test.each(vectors)('parseRule: $name', ({ rule, read }) => {
  expect(parseRule(rule)).toEqual(read && { text: rule, ...read })
})

describe('parsePath', () => {
  test.each([
    ['/', []],
    ['/a/b', ['a', 'b']],
    ['/a/b/', ['a', 'b']],
    ['/%61', null],
    ['/a%20b', ['a b']],
    ['/caf%C3%A9', ['café']],
    ['/a b', ['a b']],
    ['/%2D', null],
    ['/%7e', null],
    ['/%5B%40%20', ['[@ ']],
    ['', null],
    ['a', null],
    ['*', null],
    ['//', null],
    ['/./a', null],
  ])('%j → %j', (path, segments) => {
    expect(parsePath(path)).toEqual(segments)
  })

  test('agrees with a naive reader', () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        expect(parsePath(path)).toEqual(readNaively(path))
      }),
      runs(500),
    )
  })
})

describe('covers', () => {
  test('no path is on no list', () => {
    const rules = readRules(['/**'])
    expect(rules && covers(rules, 'GET', null)).toBe(false)
  })

  test('agrees with a naive matcher, rule by rule', () => {
    const piece = fc.constantFrom('a', 'b', 'aa', 'ab', 'ba', 'aab')
    const methods = fc.constantFrom('', 'GET ', 'POST ', 'GET,POST ', 'HEAD ')
    const wild = fc.constantFrom('*', '**', 'a*', '*a', 'a*b', '*a*', 'a*a*b', 'a', 'b', 'aa')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(methods, fc.array(wild, { maxLength: 6 })), { maxLength: 5 }),
        fc.constantFrom('GET', 'POST'),
        fc.array(piece, { maxLength: 6 }),
        (list, method, path) => {
          const rules = readRules(list.map(([names, pattern]) => `${names}/${pattern.join('/')}`))
          const isCovered = list.some(
            ([names, pattern]) =>
              (names === '' || names.includes(method)) && matchNaively(pattern, path),
          )
          expect(rules && covers(rules, method, path)).toBe(isCovered)
        },
      ),
      runs(2000),
    )
  })
})

const hostilePath = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('/', '/a', '/b', 'a', '.', '..', ';', ' ', '~') },
      {
        weight: 2,
        arbitrary: fc.constantFrom('%2f', '%2F', '%5c', '%2e', '%25', '%00', '%61', '%', '\\'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('%c3%a9', '%ff', '%c0%af', '%7f', '%0a', '%zz', 'é', '\t'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
    { maxLength: 8 },
  )
  .map((parts) => `/${parts.join('')}`)

/** docs/policy.md, Rules word by word, a character at a time. */
function readNaively(path: string): string[] | null {
  const segments = path.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  const read = segments.map((segment) => {
    try {
      return decodeURIComponent(segment)
    } catch {
      return ''
    }
  })
  const isPlain = (segment: string) =>
    [...segment].every(
      (c) => !'/\\%'.includes(c) && c.charCodeAt(0) > 31 && c.charCodeAt(0) !== 127,
    )
  const isDots = (segment: string) => ['.', '..'].includes(segment.split(';')[0] as string)
  const unreserved = /[\w.~-]/
  const hidden = path.match(/%[0-7][0-9a-f]/gi)?.map((text) => decodeURIComponent(text))
  return !hidden?.some((c) => unreserved.test(c)) &&
    read.every((s) => s !== '' && isPlain(s) && !isDots(s))
    ? read
    : null
}

/** By trying everything that a wildcard may stand for. */
function matchNaively(pattern: string[], path: string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return path.length === 0
  if (first === '**')
    return path.some((_, i) => matchNaively(rest, path.slice(i))) || matchNaively(rest, [])
  const [segment, ...others] = path
  return segment !== undefined && matchText(first, segment) && matchNaively(rest, others)
}

function matchText(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  const [first, rest] = [pattern[0], pattern.slice(1)]
  if (first !== '*') return first === text[0] && matchText(rest, text.slice(1))
  return [...Array(text.length + 1).keys()].some((i) => matchText(rest, text.slice(i)))
}
