/** Which paths a rule opens, from outside: the bypass list. See docs/policy.md. */

import { expect, test } from 'vitest'
import { createGate } from '#gate'
import vectors from '../vectors/paths.json'
import { beforeEachVisit, request, SITE, summarize, visit } from './visit.ts'

interface Row {
  name: string
  clause: string
  rules: string[]
  url: string
  method?: string
  headers?: { [name: string]: string }
  /** What Next.js has made of the URL, where it is not the URL's own. */
  nextUrl?: { pathname: string; basePath?: string; locale?: string }
  answer: string
  /** Where the request is sent on to, if it is. */
  rewrite?: string
}

const rows = vectors as unknown as Row[]

beforeEachVisit()

for (const row of rows) {
  const title = `${row.clause}: ${row.name} → ${row.answer}`
  test(title, async () => {
    expect(await ask(row, row.nextUrl)).toEqual([row.answer, row.rewrite])
  })
  if (row.nextUrl) continue
  // A `Request` alone, and a NextRequest of an app without base path and locales, are the same.
  test(`${title}, as NextRequest`, async () => {
    const { pathname } = new URL(SITE + row.url)
    expect(await ask(row, { pathname })).toEqual([row.answer, row.rewrite])
  })
}

test('a long path is read as any other', async () => {
  const gate = createGate({ policy: { version: 1, allow: ['/open/**/end', '/*a*a*a*b'] } })
  const ask = async (path: string) => summarize(await visit(gate, path))
  const started = performance.now()
  expect({
    deep: await ask(`/open${'/a'.repeat(7_000)}/end`),
    deepAndOther: await ask(`/open${'/a'.repeat(7_000)}`),
    wide: await ask(`/open/${'a'.repeat(14_000)}/end`),
    backtracking: await ask(`/${'a'.repeat(14_000)}`),
    slashes: await ask('/'.repeat(14_000)),
    escapes: await ask(`/open/${'%C3%A9'.repeat(2_300)}/end`),
  }).toEqual({
    deep: 'through',
    deepAndOther: '401 Basic',
    wide: 'through',
    backtracking: '401 Basic',
    slashes: '401 Basic',
    escapes: 'through',
  })
  expect(performance.now() - started).toBeLessThan(5_000)
})

async function ask(row: Row, nextUrl: Row['nextUrl']) {
  const gate = createGate({ policy: { version: 1, allow: row.rules } })
  const asked = request(row.url, row.headers, { ...(row.method && { method: row.method }) })
  const answer = await visit(
    gate,
    nextUrl ? Object.assign(asked, { nextUrl: like(row, nextUrl) }) : asked,
  )
  return [summarize(answer), answer?.headers['x-middleware-rewrite']]
}

/** What the gate may use of a NextURL. */
function like({ url }: Row, { pathname, basePath = '', locale = '' }: Row['nextUrl'] & {}) {
  const { searchParams, search } = new URL(SITE + url)
  return { pathname, basePath, locale, searchParams, search, href: SITE + url }
}
