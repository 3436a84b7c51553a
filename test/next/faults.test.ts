/**
 * The known faults by which requests got past a middleware, on the last Next.js that has each and
 * the first that has not: the trick works there on a control; what becomes of it at the gate as it
 * ships; and that what asks next to the data refuses where a gate cannot.
 */
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADVISORIES } from '../../src/cli/project/advisories.ts'
import { type Fault, faults, hasWorked, INSIDE, type Pair } from './faults.ts'
import { isNightly } from './matrix.ts'
import { alice } from './policy.ts'
import { type Server, startServer } from './server.ts'
import { buildTiny, type TinyGate, tinyVariables } from './tiny.ts'
import { REFUSED, refusal, textsIn } from './verdict.ts'
import type { Version } from './versions.ts'
import { type Ask, ask } from './wire.ts'

/** Which are tried in CI, for each two sites are built; the nightly run has all. */
const IN_CI = ['CVE-2025-29927 14.2.24', 'CVE-2024-51479 14.2.14']

const tried = faults.flatMap((fault) => fault.pairs.map((pair) => ({ fault, pair })))
const inThisRun = tried.filter(
  ({ fault, pair }) => isNightly || IN_CI.includes(`${fault.id} ${pair.affected}`),
)

/** Where a page says that it is for nobody. */
const NOBODY = 'nobody is signed in'

for (const { fault, pair } of inThisRun) {
  describe(`${fault.id}, by ${pair.bundler}`, () => describeFault(fault, pair))
}

function describeFault(fault: Fault, { affected, fixed, bundler }: Pair) {
  const servers: Server[] = []
  const inside = http.createServer((_, response) => response.end(INSIDE))
  beforeAll(() => new Promise<void>((resolve) => inside.listen(0, 'localhost', resolve)))
  afterAll(async () => {
    for (const server of servers) await server.stop()
    inside.closeAllConnections()
    inside.close()
  })
  const trick = ({ buildId }: { buildId: string }) =>
    fault.trick(buildId, (inside.address() as AddressInfo).port)

  async function start(next: Version, gate: TinyGate) {
    const target = { next, bundler, gate, locales: fault.locales }
    const site = await buildTiny(target)
    const server = await startServer(site, {
      signs: true,
      allow: ['/shows/open', '/guarded/open'],
      variables: tinyVariables(target),
    })
    servers.push(server)
    const buildId = (await readFile(path.join(site.folder, '.next/BUILD_ID'), 'utf8')).trim()
    return { server, buildId }
  }
  async function look({ server }: { server: Server }, request: Ask) {
    const answer = await ask(server.port, request)
    return { answer, texts: textsIn(answer, request) }
  }

  describe(`${affected}, which has it`, () => {
    let control: Awaited<ReturnType<typeof start>>
    let gated: typeof control
    beforeAll(async () => {
      control = await start(affected, fault.control)
      gated = fault.control === 'plain' ? control : await start(affected, 'plain')
    })

    test('the trick works on the control, whose gate refuses a plain request', async () => {
      const { answer } = await look(control, trick(control))
      expect(hasWorked(fault, answer)).toBe(true)
      const plain = fault.plain?.(control.buildId)
      if (!plain) return
      expect(refusal((await look(control, plain)).answer)).toEqual(REFUSED)
    })

    test.runIf(fault.gate === 'refuses')('the gate as it ships refuses', async () => {
      const { answer, texts } = await look(gated, trick(gated))
      expect([refusal(answer), texts]).toEqual([REFUSED, []])
    })

    test.runIf(fault.near)('what asks next to the data refuses', async () => {
      for (const request of fault.near?.(gated.buildId) ?? []) {
        const { answer, texts } = await look(gated, request)
        // It is past the gate, and says so itself.
        const isRefused = answer.status === 401 || `${answer.body}`.includes(NOBODY)
        expect({ request, texts, isRefused }).toEqual({ request, texts: [], isRefused: true })
      }
    })

    test.runIf(fault.near)('and knows alice there', async () => {
      const { texts } = await look(gated, { target: '/account', headers: [alice] })
      expect(texts).toEqual(['BACKSTAGE-account'])
    })
  })

  describe(`${fixed}, which has it no more`, () => {
    let control: Awaited<ReturnType<typeof start>>
    beforeAll(async () => {
      control = await start(fixed, fault.control)
    })

    test('the trick does not work', async () => {
      const { answer } = await look(control, trick(control))
      expect(hasWorked(fault, answer)).toBe(false)
    })
  })
}

test('the versions are those that `doctor` knows', () => {
  const known = tried.map(({ fault: { id }, pair: { affected, fixed } }) => {
    const ranges = ADVISORIES.find((advisory) => advisory.id === id)?.affected ?? []
    return { id, affected, fixed, known: ranges.some(([, end]) => end === `${fixed}`) }
  })
  expect(known.filter((row) => !row.known)).toEqual([])
})
