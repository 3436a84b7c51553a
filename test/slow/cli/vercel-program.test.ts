/** Without a token: through the `vercel` program, of which a stand-in notes what it is given. */
import fs from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Io } from '../../../src/cli/io.ts'
import { findProgram } from '../../../src/cli/vercel/by-program.ts'
import { makeBare, run } from '../../cli/run.ts'
import { failure, Linked, policyWith, SECRET, usersOf } from '../../cli/vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'vercel:preview']

/** As `vercel api` of 64.0.2 does it, where somebody is logged in, and not. */
const PROGRAM = `#!${process.execPath}
const fs = require('node:fs')
const args = process.argv.slice(2)
fs.appendFileSync(process.env.NOTES, JSON.stringify(args) + '\\n')
const method = args[args.indexOf('-X') + 1]
const fail = (text) => { process.stderr.write('Error: ' + text + '\\n'); process.exitCode = 1 }
const input = args.includes('--input') ? fs.readFileSync(0, 'utf8') : undefined
async function main() {
  if (process.env.SAYS) return fail(process.env.SAYS)
  if (method === 'DELETE' && !args.includes('--dangerously-skip-permissions')) return fail('no')
  const response = await fetch(process.env.API + args[1], {
    method,
    body: input,
    headers: {
      authorization: 'Bearer ' + process.env.LOGIN,
      ...(input && { 'content-type': 'application/json' }),
    },
  })
  const text = await response.text()
  if (!response.ok) return fail(JSON.parse(text).error.message + ' (' + response.status + ')')
  const fields = [...response.headers].map(([name, value]) => name + ': ' + value + '\\n').join('')
  process.stdout.write('HTTP ' + response.status + ' ' + response.statusText + '\\n' + fields + '\\n' + text)
}
main()
`

let notes: string
let env: Record<string, string>

beforeEach(() => {
  const folder = makeBare({ vercel: PROGRAM })
  fs.chmodSync(path.join(folder, 'vercel'), 0o755)
  notes = path.join(folder, 'notes')
  env = { PATH: folder, NOTES: notes, API: linked.vercel.url, LOGIN: linked.vercel.token }
})

/** Command lines that the program was given. */
function asked(): string[][] {
  return fs
    .readFileSync(notes, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('every job is done, and what is written goes in by stdin', async () => {
  linked.addPolicy(policyWith('carol'))
  const { code, stdout } = await run(linked.folder, ['user', 'add', 'bob', ...TO], { env })
  expect([code, stdout.length > 20, linked.usersThere()]).toEqual([0, true, ['bob', 'carol']])
  const post = ['-X', 'POST', '--include', '--raw', '--non-interactive', '--input', '-']
  expect(asked().filter((args) => args.includes('POST'))).toEqual([
    ['api', linked.envPath, ...post],
  ])
  expect(fs.readFileSync(notes, 'utf8')).not.toMatch(/carol|sha256/)
})

test('a secret is no argument', async () => {
  const cwd = linked.makeFolder({
    '.env.local': `STAGEDOOR_POLICY='${JSON.stringify(policyWith('alice'))}'\nSTAGEDOOR_SECRET=${SECRET}\n`,
  })
  const { code, stderr } = await run(cwd, ['move', '--from', 'file', ...TO], { env })
  expect([code, linked.variables('STAGEDOOR_SECRET')[0]?.value]).toEqual([0, SECRET])
  expect(fs.readFileSync(notes, 'utf8') + stderr).not.toContain(SECRET)
})

test('a store is made and written', async () => {
  const args = ['user', 'add', 'bob', '--to', 'store', '--create']
  expect((await run(linked.folder, args, { env })).code).toBe(0)
  expect(usersOf(linked.vercel.stores[0]?.items.stagedoor)).toEqual(['bob'])
})

test('that of the app comes first', async () => {
  const file = path.join(linked.folder, 'node_modules/.bin/vercel')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(
    file,
    PROGRAM.replace('process.argv.slice(2)', "['own', ...process.argv.slice(2)]"),
  )
  fs.chmodSync(file, 0o755)
  await run(linked.folder, ['user', 'list', ...TO], { env })
  expect(asked()[0]?.[0]).toBe('own')
})

describe('in a folder above the app', () => {
  const found = (tree: Record<string, string>, home: string, owner?: number) => {
    const top = makeBare({ 'in/app/package.json': '{}', ...tree })
    const [folder, file] = ['in/app', 'in/node_modules/.bin/vercel'].map((name) =>
      path.join(top, name),
    ) as [string, string]
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, PROGRAM, { mode: 0o755 })
    if (owner !== undefined) fs.chownSync(file, owner, owner)
    const io = { cwd: folder, env: { HOME: path.join(top, home), PATH: '' } }
    return findProgram(io as unknown as Io) === file
  }

  test.each<[string, boolean, Record<string, string>, string]>([
    ['of the repository', true, { 'in/.git/HEAD': '' }, 'home'],
    ['within the home folder', true, {}, ''],
    ['that is the home folder', true, {}, 'in'],
    ['above the repository', false, { 'in/app/.git': 'gitdir: ../x' }, ''],
    ['above the home folder', false, { '.git/HEAD': '' }, 'in/app'],
    ['of nobody knows whom', false, {}, 'home'],
  ])('%s it is taken: %s', (_, is, tree, home) => {
    expect(found(tree, home)).toBe(is)
  })

  // Root alone can give a file away.
  test.runIf(process.getuid?.() === 0)("another user's is not run", () => {
    expect([found({}, '', 0), found({}, '', 12345)]).toEqual([true, false])
  })
})

test('a token comes before it', async () => {
  const { code } = await linked.run(['user', 'list', ...TO], { env })
  expect([code, fs.existsSync(notes)]).toEqual([0, false])
})

describe('errors', () => {
  const list = (more: Record<string, string>) =>
    run(linked.folder, ['user', 'list', ...TO], { env: { ...env, ...more } })

  test('nobody is logged in', async () => {
    const SAYS = 'No existing credentials found. Please run `vercel login` or pass "--token"'
    expect(failure(await list({ SAYS }))).toEqual({
      code: 4,
      error: 'there is no VERCEL_TOKEN, and the `vercel` program is not logged in',
      hint: 'run `vercel login`, or put a token into VERCEL_TOKEN (https://vercel.com/account/tokens)',
    })
  })

  test.each([
    ['Not authorized (403)', 4, 'this token may not do that: Not authorized'],
    ['Could not find it (404)', 1, 'Vercel does not find it, or this token may not see it'],
  ])('what Vercel refuses: %s', async (SAYS, code, error) => {
    expect(failure(await list({ SAYS }))).toMatchObject({
      code,
      error: expect.stringContaining(error),
    })
  })

  test('a program that is of another kind', async () => {
    const outcome = await list({ SAYS: 'unknown command \u001b[31mapi' })
    expect(failure(outcome)).toMatchObject({
      code: 1,
      error: expect.stringContaining(
        'the `vercel` program failed (exit code 1): unknown command \\u001b[31mapi',
      ),
      hint: 'run `vercel api /v2/user` to see what it says, or put a token into VERCEL_TOKEN',
    })
  })

  test('a file that is no program', async () => {
    fs.chmodSync(path.join(path.dirname(notes), 'vercel'), 0o644)
    expect(failure(await list({}))).toMatchObject({
      code: 4,
      error: 'there is no VERCEL_TOKEN, and no `vercel` program that is logged in',
    })
  })
})
