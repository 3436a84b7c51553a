/** `status` on what places do not have in common, on what ends soon, and on keeping secrets. */
import { afterEach, expect, test } from 'vitest'
import { closeShops, DAY, line, openShop, policy, SECRETS, verifier } from './status-support.ts'

afterEach(closeShops)

function inDays(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().replace(/\.\d+/, '')
}

test('what differs is said against the first place, in lines', async () => {
  const here = policy(['alice', 'bob'], { allow: ['/a'] })
  const shop = await openShop({ '.env.local': line(here) })
  shop.set('STAGEDOOR_POLICY', JSON.stringify(here))
  const users = { alice: { verifier: verifier('b') }, carol: { verifier: verifier() } }
  shop.connect({ stagedoor: { version: 1, users, allow: ['/b'], open: true } })
  const { stdout } = await shop.status()
  expect(stdout).toContain(
    [
      '',
      'what differs: .env.local and vercel:preview (-) against store stagedoor (+)',
      '  ~ user alice (another password)',
      '  - user bob',
      '  + user carol',
      '  - rule /a',
      '  + rule /b',
      '  ~ open: false to true',
      '',
    ].join('\n'),
  )
  const { differences } = await shop.report()
  expect(differences).toMatchObject([
    { between: ['.env.local', 'vercel:preview'], and: ['store stagedoor'] },
  ])
  expect(differences[0].lines).toHaveLength(6)
})

test('policies that look alike, and have another password, are shown apart', async () => {
  const users = { alice: { verifier: verifier('c') } }
  const shop = await openShop({ '.env.local': line(policy(['alice'])) })
  shop.set('STAGEDOOR_POLICY', JSON.stringify({ version: 1, users }))
  const { stdout } = await shop.status()
  expect(stdout).toContain('\npolicy of next dev and next start, from .env.local:\n')
  expect(stdout).toContain('\npolicy of vercel:preview, from vercel:preview:\n')
})

test('the same policy in several places is shown once', async () => {
  const shop = await openShop({ '.env.local': line(policy(['alice'])) })
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'])))
  const { stdout } = await shop.status()
  expect(stdout).not.toContain('what differs')
  expect(stdout).toContain(
    '\npolicy of next dev, next start and vercel:preview, from .env.local and vercel:preview:\n',
  )
  expect(stdout.split('USER ')).toHaveLength(2)
})

test('what ends within 14 days is said with all places that have it', async () => {
  const ending = (days: number) => ({ verifier: verifier(), expires: inDays(days) })
  const soon = ending(3)
  const users = { soon, gone: ending(-1), later: ending(15) }
  const shop = await openShop({ '.env.local': line({ version: 1, users }) })
  shop.set('STAGEDOOR_POLICY', JSON.stringify({ version: 1, users: { soon } }))
  const { stdout } = await shop.status()
  expect(
    stdout
      .split('ends within 14 days:\n')[1]
      ?.split('\n\n')[0]
      ?.replace(/20\S+Z/g, '<end>'),
  ).toBe(
    [
      '  gone  <end> (expired)    .env.local',
      '  soon  <end> (in 3 days)  .env.local, vercel:preview',
    ].join('\n'),
  )
  expect((await shop.report()).ending).toEqual([
    { user: 'gone', expires: users.gone.expires, expired: true, in: ['.env.local'] },
    { user: 'soon', expires: soon.expires, expired: false, in: ['.env.local', 'vercel:preview'] },
  ])
  const quiet = await openShop({ '.env.local': line(policy(['alice'])) })
  expect((await quiet.status()).stdout).not.toContain('ends within')
})

test('nothing secret is asked for or printed', async () => {
  const shop = await openShop({
    '.env.local': `${line(policy(['alice']))}STAGEDOOR_SECRET=${SECRETS.secret}\n`,
  })
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['bob'])))
  const values = {
    STAGEDOOR_SECRET: SECRETS.secret,
    AUTH_PASSWORD: SECRETS.password,
    VERCEL_AUTOMATION_BYPASS_SECRET: SECRETS.bypass,
    DATABASE_URL: 'postgres://x:y@z',
  }
  // Readable, as somebody may have set them: not even then.
  for (const [key, value] of Object.entries(values)) shop.set(key, value)
  const id = shop.connect(
    { stagedoor: policy(['carol']), other: 'other-item' },
    { type: 'encrypted' },
  )
  const [store] = shop.vercel.stores
  const outputs = await Promise.all([shop.status(), shop.status('--json')])
  for (const { code, stdout, stderr } of outputs) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const secrets = [
      ...Object.values(values),
      ...(store?.tokens.map(({ token }) => token) ?? []),
      verifier(),
      'A'.repeat(22),
      shop.vercel.token,
      'other-item',
    ]
    expect(secrets.filter((secret) => stdout.includes(secret))).toEqual([])
    expect(stdout).toContain('store stagedoor')
  }
  const read = shop.project.variables.filter((variable) =>
    shop.vercel.asked.some(({ path }) => path.includes(`/env/${variable.id}`)),
  )
  expect(read.map(({ key }) => key)).toEqual(['STAGEDOOR_POLICY'])
  expect(shop.vercel.asked.every(({ method }) => method === 'GET')).toBe(true)
  expect(id).toMatch(/^ecfg_/)
})
