/** `status` on what stands in front of the gate, or is open beside it. */
import { afterEach, expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { oldLines } from '../../src/cli/status/vercel-protection.ts'
import { openApi } from '../../src/cli/vercel/api.ts'
import { byFetch } from '../../src/cli/vercel/by-token.ts'
import { listPreviews } from '../../src/cli/vercel/deployments.ts'
import { Listener } from '../../src/local/listener.ts'
import type { Protection } from '../../src/local/project.ts'
import { closeShops, DAY, openShop, policy, type Shop } from './status-support.ts'

afterEach(closeShops)

const OFF = { ssoProtection: null, passwordProtection: null }
const MEET = 'visitors meet that first'

function about(stdout: string): string[] {
  const [first = ''] = stdout.split('\n\n').filter((part) => /^Vercel's own/m.test(part))
  return first.split('\n').filter(Boolean)
}

test.each<[NonNullable<Protection>['deploymentType'], string[]]>([
  ['all', [`Vercel's own sign-in stands in front of production, preview and qa: ${MEET}`]],
  [
    'prod_deployment_urls_and_all_previews',
    [
      `Vercel's own sign-in stands in front of preview and qa: ${MEET}`,
      "Vercel's own sign-in stands in front of deployment addresses of production, not of its domain",
    ],
  ],
  ['preview', [`Vercel's own sign-in stands in front of preview and qa: ${MEET}`]],
])("Vercel's own sign-in for %s", async (deploymentType, lines) => {
  const shop = await openShop({}, { ssoProtection: { deploymentType } })
  shop.vercel.addCustomEnvironment(shop.project, 'qa')
  shop.vercel.addDeployment(shop.project, { createdAt: 1 })
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'])))
  expect(about((await shop.status()).stdout)).toEqual(lines)
  const { vercel } = await shop.report()
  expect(vercel.deployments).toBe(null)
  expect(vercel.protection).toMatchObject({ sso: deploymentType, password: null })
  expect(vercel.protection.before).toContainEqual({
    environment: 'preview',
    sso: 'all',
    password: 'none',
  })
  // Nobody meets them, so nobody asks for them.
  expect(shop.vercel.asked.filter(({ path }) => path.includes('deployments'))).toEqual([])
})

test("Vercel's own password stands in front too, and one of an unknown kind is said to be on", async () => {
  const shop = await openShop({}, { ...OFF, passwordProtection: { deploymentType: 'preview' } })
  expect(about((await shop.status()).stdout)).toEqual([
    `Vercel's own password stands in front of preview: ${MEET}`,
  ])
  shop.project.passwordProtection = {} as Protection
  expect(about((await shop.status()).stdout)).toEqual([
    "Vercel's own password is on; in front of what, Vercel does not say",
  ])
})

async function oldShop(): Promise<Shop> {
  const shop = await openShop({}, OFF)
  const now = Date.now()
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'])), {
    createdAt: now - 10 * DAY,
    updatedAt: now - 5 * DAY,
  })
  const old = { createdAt: now - 20 * DAY }
  for (const days of [1, 7, 20, 30]) {
    shop.vercel.addDeployment(shop.project, { createdAt: now - days * DAY })
  }
  shop.vercel.addDeployment(shop.project, { ...old, state: 'ERROR' })
  shop.vercel.addDeployment(shop.project, { ...old, target: 'production' })
  const qa = shop.vercel.addCustomEnvironment(shop.project, 'qa')
  shop.vercel.addDeployment(shop.project, { ...old, customEnvironment: qa })
  return shop
}

test('where it is off, old previews are counted, and it is said what nobody can see', async () => {
  const shop = await oldShop()
  const { code, stdout } = await shop.status()
  expect(code).toBe(0)
  expect(about(stdout).map((text) => text.replace(/20\S+Z/, '<then>'))).toEqual([
    "Vercel's own protection is off: nothing of Vercel's stands in front of production, preview and qa",
    "2 preview deployments from before <then>, when the gate's first variable was set there:",
    'open to everybody where made without the gate, which cannot be seen from here; delete them with',
    "`vercel remove URL`, or switch on Vercel's own with `vercel project protection enable --sso`",
    '1 preview deployment from before <then>, when the policy there was last written:',
    'who was let in by an earlier one still is, unless a store is read there',
  ])
  expect((await shop.report()).vercel.deployments).toMatchObject({
    before: 2,
    beforeChange: 3,
    more: false,
    fault: null,
  })
  // Of another environment alone they are not spoken of.
  expect((await shop.report('--to', 'vercel:qa')).vercel.deployments).toBe(null)
})

test('more than a few pages of old previews are not counted', async () => {
  const asked: string[] = []
  const listener = new Listener(({ url = '' }, response) => {
    asked.push(url)
    const until = Number(new URL(url, 'http://x').searchParams.get('until'))
    const deployments = [1, 2].map((i) => ({ target: null, state: 'READY', createdAt: until - i }))
    response.end(JSON.stringify({ deployments, pagination: { next: until - 2 } }))
  })
  await listener.start()
  try {
    const options = { json: false, dryRun: false, yes: false, quiet: true }
    const transport = byFetch(new URL(listener.origin), 'token')
    const api = openApi(transport, undefined, options, { env: {}, stderr: {} } as Io)
    const project = { projectId: 'prj_1', orgId: 'user', from: 'a test' }
    const { made, more } = await listPreviews(api, project, 1_000)
    expect({ made, more }).toEqual({ made: [999, 998, 997, 996, 995, 994], more: true })
    expect(asked).toHaveLength(3)
  } finally {
    await listener.stop()
  }
  const old = { since: 10, before: 6, changed: null, beforeChange: 6, more: true, fault: null }
  expect(oldLines(old)[0]).toMatch(/^6 or more preview deployments from before 1970-/)
})

test('where nothing is set for preview, or the list is not to be had, that is said', async () => {
  const shop = await openShop({}, OFF)
  expect((await shop.status()).stdout).toContain(
    'no variable of the gate is set for preview: deployments made without the gate are open to\n',
  )
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'])))
  shop.vercel.fail({ path: /deployments/, times: 1, with: 403 })
  const { code, stdout } = await shop.status()
  expect(code).toBe(0)
  expect(stdout).toContain(
    'whether there are old previews is not known: cannot list the deployments',
  )
})

test('a project that does not tell deployments where they are is gated in production too', async () => {
  const shop = await openShop({}, { ...OFF, autoExposeSystemEnvs: false })
  const { stdout, stderr } = await shop.status()
  expect(stdout).toMatch(/^vercel:production +shut/m)
  expect(stderr).toContain(
    'so production is gated too: tick "Automatically expose System Environment Variables" in its settings on vercel.com, or run `npx stagedoor off --to vercel:production`',
  )
  expect((await shop.report()).vercel.systemVariables).toBe(false)
})
