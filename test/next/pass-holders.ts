/** All that is asked of a target whose gate signs passes. */
import { afterAll, beforeAll, describe } from 'vitest'
import { describeElsewhere } from './elsewhere.ts'
import { describeIdentity } from './identity.ts'
import { BYPASS_SECRET, describeMachines } from './machines.ts'
import { type Server, startServer } from './server.ts'
import { describeSessions } from './sessions.ts'
import { describeShareAddress, describeShareLinks } from './share-links.ts'
import { describeSignInForm, describeSignInPage } from './sign-in-page.ts'
import { buildSite, type Target } from './targets.ts'

export function describePasses(target: Target) {
  describe(`Next.js ${target.next}, ${target.file}, with a secret`, () => {
    let server: Server
    beforeAll(async () => {
      const variables = { VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS_SECRET }
      server = await startServer(await buildSite(target), { signs: true, variables })
    })
    afterAll(() => server?.stop())

    describe('sessions', () => describeSessions(() => server))
    describe('share links', () => describeShareLinks(() => server))
    describe('machines', () => describeMachines(() => server))
    describe('who it is', () => describeIdentity(() => server))
    describe('another host', () => describeElsewhere(() => server))
  })

  describeWithPage(target, (server) => {
    describeSignInPage(server)
    describeSignInForm(server)
  })
}

/** What depends on how a site writes its addresses. */
export function describeAddresses(target: Target) {
  describeWithPage(target, (server) => {
    describeSignInForm(server)
    describeShareAddress(server)
  })
}

function describeWithPage(target: Target, tests: (server: () => Server) => void) {
  const { next, file, variant } = target
  describe(`Next.js ${next}, ${file}, ${variant}, with a sign-in page`, () => {
    let server: Server
    beforeAll(async () => {
      const variables = { STAGEDOOR_SIGN_IN: 'page' }
      server = await startServer(await buildSite(target), { signs: true, variables })
    })
    afterAll(() => server?.stop())

    tests(() => server)
  })
}
