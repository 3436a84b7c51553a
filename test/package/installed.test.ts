/** The tarball in an empty project: what can be imported, run and compiled from there. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pack, ROOT, run } from './pack.ts'

let folder: string
let names: string[]
beforeAll(async () => {
  const packed = await pack()
  folder = packed.folder
  names = (await run('tar', ['-tzf', packed.tarball])).stdout.trim().split('\n')
  await writeFile(path.join(folder, 'package.json'), '{ "name": "empty", "private": true }')
  const flags = ['--no-audit', '--no-fund', '--prefer-offline']
  const { code, stderr } = await run('npm', ['install', ...flags, packed.tarball], { cwd: folder })
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('npm error')])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a module that is in the empty project, with these variables and no others of ours. */
async function runModule(text: string, env: { [name: string]: string } = {}) {
  const { PATH } = process.env
  const args = ['--input-type=module', '--eval', text]
  const node = { PATH, NODE_ENV: undefined as unknown as 'production', ...env }
  return run(process.execPath, args, { cwd: folder, env: node })
}

test('holds neither tests nor anybody’s secrets', () => {
  expect(names.length).toBeGreaterThan(50)
  const strange =
    /(^|\/)(test|tests|bench|examples|node_modules|local)\/|\.test\.|\.env|\.tmp|\.tgz$|\.log$|\.pem$/
  expect(names.filter((name) => strange.test(name.replace(/^package\//, '')))).toEqual([])
})

test('needs commander, and nothing else', async () => {
  const list = async (cwd: string) =>
    JSON.parse((await run('npm', ['ls', '--omit=dev', '--all', '--json'], { cwd })).stdout)
  const { dependencies } = await list(ROOT)
  expect(Object.keys(dependencies)).toEqual(['commander'])
  const { dependencies: installed } = await list(folder)
  expect(Object.keys(installed)).toEqual(['stagedoor'])
  expect(Object.keys(installed.stagedoor.dependencies)).toEqual(['commander'])
  expect(installed.stagedoor.dependencies.commander.dependencies).toBe(undefined)
})

test('gives a gate, and who is there', async () => {
  const { code, stdout, stderr } = await runModule(
    `
    import gate, { createGate } from 'stagedoor'
    import { currentUser } from 'stagedoor/server'
    const ask = async (gate, headers) => (await gate(new Request('https://staging.example/', { headers }))).status
    const alice = { Authorization: 'Basic ' + btoa('alice:secret') }
    console.log(JSON.stringify([
      await ask(gate, {}), await ask(gate, alice), await ask(createGate(), alice), await currentUser(new Headers()),
    ]))
    `,
    { AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' },
  )
  // The gate's log is beside it.
  expect([code, stdout.trim().split('\n').at(-1), stderr]).toEqual([0, '[401,200,200,null]', ''])
})

test('keeps the rest to itself', async () => {
  const inside = ['stagedoor/dist/gate/gate.js', 'stagedoor/gate', 'stagedoor/cli', 'stagedoor/bin']
  const { stdout } = await runModule(`
    const codes = ${JSON.stringify(inside)}.map((name) => import(name).catch(({ code }) => code))
    console.log(JSON.stringify(await Promise.all(codes)))
  `)
  expect(JSON.parse(stdout)).toEqual(inside.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED'))
})

test('brings the command line, and both can work on one policy', async () => {
  const stagedoor = (...args: string[]) =>
    run(path.join(folder, 'node_modules/.bin/stagedoor'), args, { cwd: folder })
  const { version } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'))
  expect(await stagedoor('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  const { code, stdout: password } = await stagedoor('user', 'add', 'alice')
  expect(code).toBe(0)
  const file = await readFile(path.join(folder, '.env.local'), 'utf8')
  const [, policy = ''] = /^STAGEDOOR_POLICY='?(.*?)'?$/m.exec(file) ?? []
  const { stdout } = await runModule(
    `
    import gate from 'stagedoor'
    const headers = { Authorization: 'Basic ' + btoa('alice:' + process.env.PASSWORD) }
    console.log((await gate(new Request('https://staging.example/', { headers }))).status)
    `,
    { STAGEDOOR_POLICY: policy, PASSWORD: password.trim() },
  )
  expect(stdout).toBe('200\n')
})

test('brings the files that people copy, as they are here', async () => {
  for (const name of ['middleware.ts', 'server.ts']) {
    const inPackage = path.join(folder, 'node_modules/stagedoor', name)
    expect(await readFile(inPackage, 'utf8')).toBe(await readFile(path.join(ROOT, name), 'utf8'))
  }
})

const CONSUMER = `
import gate, { createGate } from 'stagedoor'
import { AccessError, currentUser, requireRole, requireUser } from 'stagedoor/server'

export default createGate({
  next: (request) => (request.url.endsWith('/a') ? undefined : new Response('own')),
  onDecision: (decision) => console.log(decision),
})
export async function answer(request: Request): Promise<string> {
  const response: Response | undefined = await gate(request)
  const user = await currentUser(request.headers)
  const { userId } = await requireUser(request.headers)
  const roles: readonly string[] = (await requireRole(request.headers, 'admin')).roles
  if (!user) throw new AccessError(401, 'nobody')
  return [response?.status, user.userId, userId, ...roles].join()
}
// @ts-expect-error: there is no such option, so the types are not \`any\`
createGate({ nexd: () => undefined })
`

test.each([
  ['Node16', 'Node16'],
  ['NodeNext', 'NodeNext'],
  ['ESNext', 'Bundler'],
])('compiles: module %s, moduleResolution %s', async (module, moduleResolution) => {
  const file = path.join(folder, 'consumer.mts')
  await writeFile(file, CONSUMER)
  const flags = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [] }
  const lib = ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts']
  const { options } = ts.convertCompilerOptionsFromJson(
    { target: 'ES2022', module, moduleResolution, ...flags },
    folder,
  )
  const compiled = ts.createProgram([file], { ...options, lib })
  const found = ts.getPreEmitDiagnostics(compiled).map((diagnostic) => {
    return `${diagnostic.file?.fileName}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`
  })
  expect(found).toEqual([])
})
