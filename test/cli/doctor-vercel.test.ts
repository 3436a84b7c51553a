/** `doctor --vercel`: whether production has the secret of other environments. */
import { afterEach, expect, test } from 'vitest'
import { envOf, findings, makeProject, runDoctor } from './doctor-support.ts'
import { closeShops, openShop, SECRETS } from './status-support.ts'

afterEach(closeShops)

test('asks nothing without --vercel', async () => {
  const shop = await openShop({ '.env.local': envOf() })
  shop.vercel.forget()
  expect((await findings(shop.folder, [], { env: shop.env })).map(({ id }) => id)).toEqual([])
  expect(shop.vercel.asked).toEqual([])
})

test('finds one variable for both, and two with the same value', async () => {
  const shop = await openShop({ '.env.local': envOf() })
  const ask = () => findings(shop.folder, ['--vercel'], { env: shop.env })
  expect(await ask()).toEqual([])
  const both = shop.set('STAGEDOOR_SECRET', SECRETS.secret, {
    type: 'sensitive',
    target: ['production', 'preview'],
  })
  expect(await ask()).toEqual([
    expect.objectContaining({
      id: 'secret-shared',
      level: 'warning',
      what: 'vercel:production and vercel:preview have the same STAGEDOOR_SECRET',
      file: null,
    }),
  ])
  both.target = ['production']
  shop.set('STAGEDOOR_SECRET', SECRETS.secret, { type: 'sensitive', target: ['preview'] })
  // Neither can be read back.
  expect(await ask()).toEqual([])
  both.type = 'encrypted'
  shop.set('STAGEDOOR_SECRET', SECRETS.secret, { type: 'encrypted', target: ['development'] })
  const found = await ask()
  expect(found.map(({ what }) => what)).toEqual([
    'vercel:production and vercel:development have the same STAGEDOOR_SECRET',
  ])
  const { stdout, stderr } = await runDoctor(shop.folder, ['--vercel'], { env: shop.env })
  expect(stdout + stderr).not.toContain(SECRETS.secret)
})

test('says where it could not ask', async () => {
  const unlinked = await findings(makeProject(), ['--vercel'])
  expect(unlinked).toEqual([expect.objectContaining({ id: 'vercel-unasked', level: 'note' })])
  const shop = await openShop({ '.env.local': envOf() })
  const env = { ...shop.env, VERCEL_TOKEN: 'wrong' }
  const refused = await findings(shop.folder, ['--vercel'], { env })
  expect(refused).toEqual([expect.objectContaining({ id: 'vercel-unasked', level: 'note' })])
})
