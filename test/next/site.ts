/** All that is asked of one site. */
import { afterAll, beforeAll, describe } from 'vitest'
import { describeAllowed } from './allowed.ts'
import { describeBrowser } from './browser.ts'
import { describeLeaks } from './leaks.ts'
import type { Row } from './matrix.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'
import { buildSite } from './targets.ts'
import { describeVectors } from './vectors.ts'
import { describeVisitors } from './visitors.ts'

export function describeSite(row: Row, options: ServerOptions = { signs: true }) {
  const { bundler, file, mode, next, node, programme, runtime, variant } = row
  const kind = [file, runtime, bundler, variant, mode, node && `Node.js ${node}`]
  const brief = programme === 'brief'
  describe(`Next.js ${next}, ${kind.filter(Boolean).join(', ')}`, () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer(await buildSite(row), options)
    })
    afterAll(() => server?.stop())

    describe('who may not enter', () => describeLeaks(() => server, brief))
    describe('what is public', () => describeAllowed(() => server, brief))
    describe('who may enter', () => describeVisitors(() => server, brief))
    describe('the vectors', () => describeVectors(() => server))
  })

  if (!row.browser) return
  describe(`Next.js ${next}, ${file}, in a browser`, () => {
    let server: Server
    beforeAll(async () => {
      // As the demo runs.
      server = await startServer(await buildSite(row))
    })
    afterAll(() => server?.stop())

    describeBrowser(() => server)
  })
}
