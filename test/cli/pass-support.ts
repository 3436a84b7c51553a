/** Passes of the command line, shown to the gate, and to another reader of JWTs. */
import { jwtVerify } from 'jose'
import { vi } from 'vitest'
import { createGate } from '../../src/gate/index.ts'
import { type Given, makeFolder, policyOf, readEnvLocal, run } from './run.ts'

export const SITE = 'https://staging.example.com'

/** A policy by which nobody else gets in. */
export const POLICY = `STAGEDOOR_POLICY='{"version":1,"users":{}}'\n`

export const SECRET = 'S'.repeat(43)

export const RUNS =
  'next dev: not gated (run `npx stagedoor on` to gate it too) · next start: gated, but nobody can sign in: no users · on Vercel: not told by this file'

/** A folder with a policy and a secret. */
export function makeSigned(more: Record<string, string> = {}): string {
  return makeFolder({ '.env.local': `${POLICY}STAGEDOOR_SECRET=${SECRET}\n`, ...more })
}

/** The line of `share` in a folder that has no app. */
export const NO_APP =
  "no Next.js app in this folder, so no files of its public: name those that pages show, such as 'GET,HEAD /images/**'"

/** The line of `share` where no rules follow the page. */
export const DATA =
  "data that the page fetches by itself stays shut: name it as a rule, such as 'GET /api/plans/**'"

/** The same with an app, which has these files, all empty. */
export function makeSignedApp(files: string[], more: Record<string, string> = {}): string {
  const app = { 'package.json': '{"dependencies":{"next":"16.4.5"}}', ...more }
  return makeSigned({ ...app, ...Object.fromEntries(files.map((name) => [name, ''])) })
}

/** The secret that a folder's `.env.local` holds. */
export function secretOf(folder: string): string {
  return /^STAGEDOOR_SECRET=([\w-]+)$/m.exec(readEnvLocal(folder))?.[1] ?? ''
}

/** What a JWT says, where its signature and its times are right. */
export async function claimsOf(token: string, secret: string) {
  const key = new TextEncoder().encode(secret)
  const options = { algorithms: ['HS256'], issuer: 'stagedoor' }
  return (await jwtVerify(token, key, options)).payload
}

/** The status with which the gate of a folder answers; 200 where it lets in. */
export async function ask(
  folder: string,
  url: string,
  headers: Record<string, string> = {},
  secret = secretOf(folder),
): Promise<number> {
  return (await answer(folder, url, headers, secret)).status
}

/** Follows a link as a browser does, and then asks for other paths with the cookie it got. */
export async function follow(folder: string, link: string, paths: string[]): Promise<number[]> {
  const first = await answer(folder, link, {}, secretOf(folder))
  const cookies = first.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] as string)
  const cookie = cookies.find((pair) => !pair.endsWith('=')) ?? ''
  const page = new URL(first.headers.get('Location') ?? link, link)
  const urls = [page.href, ...paths.map((path) => new URL(path, link).href)]
  const statuses: number[] = []
  // One after the other: the environment is that of the whole process.
  for (const url of urls) statuses.push(await ask(folder, url, { cookie }))
  return statuses
}

async function answer(
  folder: string,
  url: string,
  headers: Record<string, string>,
  secret: string,
): Promise<Response> {
  vi.stubEnv('STAGEDOOR', 'on')
  vi.stubEnv('STAGEDOOR_SECRET', secret)
  const logs = (['info', 'error'] as const).map((level) =>
    vi.spyOn(console, level).mockReturnValue(),
  )
  try {
    const gate = createGate({ policy: policyOf(folder) })
    return (await gate(new Request(url, { headers }))) as Response
  } finally {
    for (const log of logs) log.mockRestore()
    vi.unstubAllEnvs()
  }
}

/** Runs a command, and gives what it printed without the line end. */
export async function printed(folder: string, args: string[], given?: Given): Promise<string> {
  const { code, stdout, stderr } = await run(folder, args, given)
  if (code !== 0) throw new Error(stderr)
  return stdout.trimEnd()
}
