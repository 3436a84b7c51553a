/** All that is asked of one target. */
import { afterAll, beforeAll, describe } from 'vitest'
import { describeAllowed } from './allowed.ts'
import { describeLeaks } from './leaks.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'
import { buildSite, type Target } from './targets.ts'
import { describeVisitors } from './visitors.ts'

export function describeSite(target: Target, options: ServerOptions & { quick?: boolean } = {}) {
  const { next, file, bundler, variant } = target
  describe(`Next.js ${next}, ${file}, ${bundler}, ${variant}`, () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer(await buildSite(target), options)
    })
    afterAll(() => server?.stop())

    describe('who may not enter', () => describeLeaks(() => server, options.quick))
    describe('what is public', () => describeAllowed(() => server))
    if (!options.quick) describe('who may enter', () => describeVisitors(() => server))
  })
}
