/**
 * The vectors of test/vectors, over the wire: what HTTP, Node.js and Next.js do to a request
 * before the gate sees it must make of no refusal an answer.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { base64, usersOf } from '../gate/visit.ts'
import credentials from '../vectors/credentials.json' with { type: 'json' }
import paths from '../vectors/paths.json' with { type: 'json' }
import { pass } from './passes.ts'
import { type Server, startServer } from './server.ts'
import { complete } from './verdict.ts'
import { majorOf } from './versions.ts'
import { type Answer, type Ask, askAll } from './wire.ts'

type Text = string | (string | number)[][]
interface CredentialsRow {
  name: string
  field?: string
  userPass?: Text
  hex?: string
  answer: string
}
interface PathRow {
  name: string
  rules: string[]
  url: string
  method?: string
  headers?: { [name: string]: string }
  nextUrl?: object
  answer: string
}

/** What an answer says of the gate, in the words of the vectors. */
function outcomeOf({ status, headers }: Answer): string {
  // Of the gate's answers only those that go through have it.
  if (headers['cdn-cache-control'] === 'no-store') return 'through'
  const [scheme = ''] = (headers['www-authenticate'] ?? '').split(' ')
  return `${status} ${scheme}`.trim()
}

/** Before the gate: Node.js refuses the request, Next.js sends it to its one spelling. */
const isBefore = (answer: Answer) =>
  [0, 308, 400, 431].includes(answer.status) && outcomeOf(answer) !== 'through'

export function describeVectors(server: () => Server): void {
  let gated: Server
  beforeAll(async () => {
    const texts = Object.entries(credentials.users as { [userId: string]: Text })
    const users = await usersOf(Object.fromEntries(texts.map(([id, text]) => [id, write(text)])))
    const variables = { STAGEDOOR_POLICY: JSON.stringify({ version: 1, users }) }
    gated = await startServer(server().site, { signs: true, variables })
  })
  afterAll(() => gated?.stop())

  test('reads credentials as the vectors have it', async () => {
    const rows: CredentialsRow[] = credentials.rows
    const asks = rows.map((row): Ask => {
      const headers: Ask['headers'] = [['Authorization', fieldOf(row)]]
      return complete(gated, { target: '/dynamic', headers })
    })
    const answers = await askAll(gated.port, asks)
    const faults = rows.flatMap(({ name, answer: expected }, i) => {
      const answer = answers[i] as Answer
      const outcome = outcomeOf(answer)
      // Node.js takes 16 KB of fields.
      const isRefused = answer.status === 431 || (expected !== 'through' && isBefore(answer))
      return outcome === expected || isRefused ? [] : [`${name}: ${outcome}, not ${expected}`]
    })
    expect(faults).toEqual([])
  })

  test('reads paths as the vectors have it', async () => {
    // Rows with a `nextUrl`, and data, are about what Next.js itself makes of a path. And who holds
    // a pass sees the files of the framework, whatever its rules. The optimiser of 14 is before it.
    const isImage = (url: string) => majorOf(gated.site.next) === 14 && url.includes('/image')
    const rows = (paths as unknown as PathRow[]).filter(
      ({ nextUrl, url }) => !nextUrl && !/^\/_next\/(data|static)\//.test(url) && !isImage(url),
    )
    const asks = await Promise.all(rows.map((row) => askByPass(gated, row)))
    const answers = await askAll(gated.port, asks)
    const faults = rows.flatMap(({ name, url, answer: expected }, i) => {
      const answer = answers[i] as Answer
      const outcome = outcomeOf(answer)
      const isRight = expected === 'through' ? outcome === 'through' : outcome === '403'
      return isRight || isBefore(answer) ? [] : [`${name}: ${url} → ${outcome}, not ${expected}`]
    })
    expect(faults).toEqual([])
  })
}

/** Before the path of a file, and of no other host. */
const FILE_OF_IMAGE = /(\/_next\/image\/?\?(?:[^#]*&)?url=)(?=(?:%2F|\/)(?!%2F|\/|%5C|%0))/i

/** A row's rules are those of a pass, which is told of the rest that it is not hers: 403. */
async function askByPass(server: Server, { rules, url, method = 'GET', headers = {} }: PathRow) {
  const token = await pass('automation', { paths: rules })
  const fields = Object.entries(headers)
  const { basePath } = server.site
  // A file of the site that the optimiser shall fetch is under the base path too.
  const named = url.replace(FILE_OF_IMAGE, `$1${basePath}`)
  const full = { method, headers: [['x-stagedoor-pass', token], ...fields] }
  return { ...full, target: basePath + named } as Ask
}

function fieldOf({ field, userPass, hex }: CredentialsRow): string {
  if (field !== undefined) return field
  if (hex === undefined) return `Basic ${base64(write(userPass ?? ''))}`
  return `Basic ${Buffer.from(hex, 'hex').toString('base64')}`
}

function write(text: Text): string {
  if (typeof text === 'string') return text
  return text.map(([piece, times]) => `${piece}`.repeat(Number(times))).join('')
}
