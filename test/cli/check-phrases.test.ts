/** Searching bodies for what a site is known by: the same as one by one, in linear time, and in turns. */
import { describe, expect, test } from 'vitest'
import { BODY_LIMIT, type Exchange } from '../../src/cli/check/exchange.ts'
import { Inquiry } from '../../src/cli/check/inquiry.ts'
import { missingIn, NamesIn } from '../../src/cli/check/names-in.ts'
import { Phrases } from '../../src/cli/check/phrases.ts'
import { readSite } from '../../src/cli/check/site.ts'
import { exchange } from './check-support.ts'

/** Numbers that look random, and are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

describe('phrases', () => {
  test.each([
    [['he', 'she', 'his', 'hers'], 'ushers', ['he', 'she', 'hers']],
    [['a', 'aa', 'aaa', 'aaaa'], 'baaab', ['a', 'aa', 'aaa']],
    [['abcd', 'bc'], 'xabcx', ['bc']],
    [['abab', 'baba'], 'ababa', ['abab', 'baba']],
    [['same', 'same'], 'the same', ['same']],
    [['caf\xe9', '\x00'], 'a caf\xe9\x00', ['caf\xe9', '\x00']],
    [['', 'none', '\u2026'], 'no\x26', []],
    [[], 'text', []],
    [['text'], '', []],
  ])('%j in %j', (phrases, text, expected) => {
    expect(new Phrases(phrases).in(text)).toEqual(expected)
  })

  test('are those that are found one by one', () => {
    const number = numbers(1)
    const word = (longest: number) => {
      return Array.from({ length: 1 + number(longest) }, () => 'abc'[number(3)]).join('')
    }
    for (let round = 0; round < 500; round++) {
      const phrases = [...new Set(Array.from({ length: number(12) }, () => word(7)))]
      const text = word(60)
      const found = new Phrases(phrases).in(text)
      expect({ phrases, text, found }).toEqual({
        phrases,
        text,
        found: phrases.filter((phrase) => text.includes(phrase)),
      })
    }
  })

  // Of these one search for each takes most of a minute.
  test('that nearly match everywhere take no longer than others', () => {
    const long = 'a'.repeat(280)
    const phrases = Array.from({ length: 400 }, (_, i) => `${'a'.repeat(10)}${i}b${long}`)
    const nested = Array.from({ length: 250 }, (_, i) => 'a'.repeat(i + 24))
    const text = 'a'.repeat(BODY_LIMIT)
    expect(new Phrases(phrases).in(text)).toEqual([])
    expect(new Phrases(nested).in(text)).toHaveLength(250)
  })
})

const NAME = 'Members meet behind the stage'

function createInquiry(): Inquiry {
  return new Inquiry({
    site: readSite('https://a.example/'),
    rules: [],
    credential: null,
    limit: 100,
    userAgent: 'x',
    pause: () => Promise.resolve(),
  })
}

test('names that stand in a text, of those that are known by then', () => {
  const names = new Set([NAME, 'main-0123.js'])
  const growing = new NamesIn(names)
  expect(growing.in(`no: ${NAME}`)).toEqual([NAME])
  expect(growing.in('build-7 of main-0123.js')).toEqual(['main-0123.js'])
  names.add('build-7')
  expect(growing.in('build-7 of main-0123.js')).toEqual(['main-0123.js', 'build-7'])
})

test('an answer that has a name only because it repeats its request shows nothing', () => {
  const inquiry = createInquiry()
  inquiry.map.names.add(NAME).add('main-0123.js')
  const target = '/main-0123.js'
  const bodies = [`no ${target}`, `no ${target}: ${NAME}`, 'no main-0123.js of /another']
  const answers = bodies.map((body) => exchange('refused', { target, body }))
  const none: Exchange['answer'] = { failure: 'no answer' }
  const judged = inquiry.take([...answers, { ...exchange('failed'), answer: none }])
  expect(judged.map(({ verdict }) => verdict)).toEqual(['refused', 'open', 'refused', 'failed'])
})

test('names that stand in none of some answers', async () => {
  const open = [exchange('told', { body: `<p>${NAME}</p>` }), exchange('told', { body: 'other' })]
  expect(await missingIn(open, new Set([NAME, 'shut']))).toEqual(['shut'])
})

test('others have their turn while bodies are searched', async () => {
  const inquiry = createInquiry()
  for (let i = 0; i < 400; i++) inquiry.map.names.add(`${NAME} at ${i} o'clock`)
  const body = `${NAME} at `.repeat(BODY_LIMIT / 32)
  const { length } = inquiry.take(
    Array.from({ length: 12 }, (_, i) => exchange('refused', { body, target: `/${i}` })),
  )
  let turns = 0
  let isOver = false
  const turn = () => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const again = await inquiry.judgedAgain()
  isOver = true
  expect(again.map(({ verdict }) => verdict)).toEqual(Array(length).fill('refused'))
  expect(turns).toBeGreaterThan(0)
})
