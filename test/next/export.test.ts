/**
 * `output: 'export'` is out of reach: what is built are files, and there is no server that could
 * ask anybody. Next.js takes the gate's file without refusing; the program says so.
 */
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Site } from './targets.ts'
import { buildTiny, type TinyTarget } from './tiny.ts'
import { REPOSITORY } from './versions.ts'
import { ask } from './wire.ts'

const run = promisify(execFile)
const PROGRAM = path.join(REPOSITORY, 'bin/stagedoor.js')
const EXPORTED: TinyTarget = { next: 16, bundler: 'turbopack', gate: 'plain', output: 'export' }

describe("output: 'export'", () => {
  let site: Site
  let server: http.Server
  beforeAll(async () => {
    site = await buildTiny(EXPORTED)
    // As any server of files would do.
    server = http.createServer(async (request, response) => {
      const name = request.url === '/' ? 'index' : `${request.url}`.slice(1)
      response.end(await readFile(path.join(site.folder, 'out', `${name}.html`)))
    })
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  })
  afterAll(() => server?.close())

  test('shows everything to everybody, with the gate beside it', async () => {
    const { port } = server.address() as AddressInfo
    for (const [target, text] of [
      ['/', 'BACKSTAGE-home'],
      ['/members', 'BACKSTAGE-members'],
    ] as const) {
      const { status, body } = await ask(port, { target })
      expect([status, `${body}`.includes(text)]).toEqual([200, true])
    }
  })

  describe('the program', () => {
    beforeAll(async () => {
      // What a user's folder has, and the suite's own has not.
      const text = JSON.stringify({ private: true, dependencies: { next: '16.4.5' } })
      await writeFile(path.join(site.folder, 'package.json'), text)
      const config = "export default { output: 'export' }\n"
      await writeFile(path.join(site.folder, 'next.config.mjs'), config)
    })
    // Then the next run builds it anew.
    afterAll(() => rm(path.join(site.folder, '.digest'), { force: true }))

    async function stagedoor(...words: string[]) {
      const { PATH, HOME } = process.env
      const options = { cwd: site.folder, env: { PATH, HOME } as unknown as NodeJS.ProcessEnv }
      return run(process.execPath, [PROGRAM, ...words], options).then(
        ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code: code as number, text: `${stdout}${stderr}` }),
      )
    }

    test('`init` sets up no gate there, and says why', async () => {
      const { code, text } = await stagedoor('init', '--dry-run')
      expect(code).toBe(1)
      expect(text).toContain(
        "next.config.mjs says output: 'export', and a static export has no server that could ask anybody",
      )
    })

    // It says that the site is gated.
    test('`status` says so', async () => {
      expect((await stagedoor('status')).text).toContain("output: 'export'")
    })
  })
})
