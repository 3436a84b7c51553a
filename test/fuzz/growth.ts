/**
 * A process that measures how the work of a gate grows with what a client sends:
 * `node growth.js <module>` prints, for each kind of request, the processor's time of a long one over
 * that of one an eighth as long.
 */
import type { Artefact } from './gates.ts'
import { sign } from './tokens.ts'
import { SECRETS, verifierOf } from './words.ts'

const SITE = 'https://staging.example'
const SECRET = SECRETS[0] as string
// Characters: what Vercel and Next.js let through of a URL, and of all fields together.
const LONGEST_URL = 14_000
const LONGEST_FIELD = 15_000
const SHORTER = 8
// Microseconds of the processor that one measurement takes at least, and how often it is tried.
const MEASURED = 15_000
const TRIES = 5

const repeat = (text: string, length: number) =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length)
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const field = (name: string, make: (length: number) => string) => ({
  longest: LONGEST_FIELD,
  make: (length: number) => new Request(SITE, { headers: { [name]: make(length) } }),
})
const url = (make: (length: number) => string) => ({
  longest: LONGEST_URL,
  make: (length: number) => new Request(SITE + make(length)),
})

type Kind = { longest: number; make(length: number): Request }

/** What may be long. */
const KINDS: { [name: string]: Kind } = {
  'a path of segments': url((length) => repeat('/a', length)),
  'a path of empty segments': url((length) => repeat('/', length)),
  'a path that wildcards of segments nearly match': url((length) => `/w${repeat('/a', length)}`),
  'a path that wildcards of a segment nearly match': url((length) => `/${repeat('a', length)}`),
  'a path of escapes': url((length) => `/${repeat('%C3%A9', length)}`),
  'a path of bad escapes': url((length) => `/${repeat('%', length)}`),
  'a path of marks': url((length) => `/${repeat('%CC%81%CC%A3', length)}`),
  'a query of links': url((length) => `/?${repeat('stagedoor=a.b.c&', length)}`),
  'a query of one link': url((length) => `/?stagedoor=${repeat('a', length)}`),
  'a query of ampersands': url((length) => `/?${repeat('&', length)}`),
  'a query of bypass secrets': url(
    (length) => `/?${repeat('x-vercel-protection-bypass=a&', length)}`,
  ),
  'an image of a long path': url((length) => `/_next/image?url=${repeat('/a', length)}`),
  'an image of many': url((length) => `/_next/image?${repeat('url=a&', length)}`),
  cookies: field('cookie', (length) => repeat('a=b; ', length)),
  'cookies of ours': field('cookie', (length) => repeat('__Host-stagedoor=a.b.c; ', length)),
  'semicolons for cookies': field('cookie', (length) => `stagedoor=${repeat(';', length)}`),
  'spaces for cookies': field('cookie', (length) => `stagedoor=a;${repeat(' ', length)}b`),
  'a password': field('authorization', (length) => basic(`alice:${repeat('a', length * 0.7)}`)),
  'a password of colons': field('authorization', (length) => basic(repeat(':', length * 0.7))),
  'a password of marks': field('authorization', (length) =>
    basic(`alice:${repeat('a\u0301\u0323', length * 0.28)}`),
  ),
  'a password of marks upon one letter': field('authorization', (length) =>
    basic(`alice:a${repeat('\u0301\u0323\u0316', length * 0.35)}`),
  ),
  'a password of Hangul': field('authorization', (length) =>
    basic(`alice:${repeat('\u1100\u1161\u11a8', length * 0.23)}`),
  ),
  'spaces before a password': field('authorization', (length) => `Basic ${repeat(' ', length)}a`),
  'signs of equality': field('authorization', (length) => `Basic ${repeat('=', length)}`),
  'a bearer': field('authorization', (length) => `Bearer ${repeat('a.', length)}`),
  'spaces before a bearer': field('authorization', (length) => `Bearer ${repeat(' ', length)}a!`),
  'a pass of dots': field('x-stagedoor-pass', (length) => repeat('.', length)),
  'a pass of any depth': field('x-stagedoor-pass', (length) =>
    sign(repeat('[', length * 0.7), SECRET),
  ),
  'a bypass secret': field('x-vercel-protection-bypass', (length) => repeat('a', length)),
  'an address': field('x-real-ip', (length) => repeat('1:', length)),
  'what is accepted': field('accept', (length) => repeat('+json/', length)),
  'what is accepted of spaces': field('accept', (length) => `text/${repeat(' ', length)}html`),
  fields: {
    longest: LONGEST_FIELD,
    make: (length) => {
      const names = Array.from(
        { length: length / 20 },
        (_, i) => [`x-stagedoor-${i}`, 'a'] as const,
      )
      return new Request(SITE, { headers: names as unknown as [string, string][] })
    },
  },
  'a form': form((length) => `user=alice&password=${repeat('%61', length)}`),
  'a form of many fields': form((length) => repeat('a&', length)),
  'a form of marks': form((length) => `user=alice&password=a${repeat('%CC%81%CC%A3', length)}`),
  'a form that leads far away': form(
    (length) => `user=alice&password=b&to=${repeat('/../', length)}`,
  ),
}

function form(make: (length: number) => string): Kind {
  return {
    longest: LONGEST_FIELD,
    make: (length) => {
      const headers = { 'sec-fetch-site': 'same-origin' }
      return new Request(`${SITE}/.stagedoor/sign-in`, {
        method: 'POST',
        headers,
        body: make(length),
      })
    },
  }
}

const { createGate } = (await import(process.argv[2] as string)) as Artefact
console.info = () => {}
Object.assign(process.env, {
  STAGEDOOR: 'on',
  STAGEDOOR_SECRET: SECRET,
  STAGEDOOR_SIGN_IN: 'page',
  VERCEL: '1',
  VERCEL_AUTOMATION_BYPASS_SECRET: 'bypass',
})
const gate = createGate({
  policy: {
    version: 1,
    users: { alice: { verifier: verifierOf('a-password', 0) } },
    allow: ['/w/**/a/**/a/**/a/**/b', '/*a*a*a*b', '/**/x/**/y', '/a/*/**/*/z'],
    ips: ['203.0.113.0/24', '2001:db8::/32'],
  },
})

/** Microseconds of the processor that one request takes, at the best of some tries. */
async function measure({ make }: Kind, length: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < TRIES; i++) {
    const before = process.cpuUsage()
    let spent = 0
    let requests = 0
    for (; spent < MEASURED; requests++) {
      const response = await gate(make(length))
      await response?.text()
      const { user, system } = process.cpuUsage(before)
      spent = user + system
    }
    best = Math.min(best, spent / requests)
  }
  return best
}

for (const [name, kind] of Object.entries(KINDS)) {
  const [short, long] = [
    await measure(kind, kind.longest / SHORTER),
    await measure(kind, kind.longest),
  ]
  process.stdout.write(`${JSON.stringify({ name, short, long, growth: long / short })}\n`)
}
