import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readInventory } from './inventory.ts'
import { rowsOf } from './matrix.ts'
import { type Server, startServer } from './server.ts'
import { describeSite } from './site.ts'
import { buildSite, PROXY_16 } from './targets.ts'
import { pathTricks } from './tricks.ts'
import { judgeAll } from './verdict.ts'
import { askAll } from './wire.ts'

const rows = rowsOf(16, 'built').filter(({ file }) => file === 'proxy.ts')

// Without a secret the gate signs nothing, and must do as much.
for (const row of rows.filter(({ programme }) => programme === 'whole')) describeSite(row, {})

describe('the preset `assets`', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(await buildSite(PROXY_16), { allow: ['/_next/static/**'] })
  })
  afterAll(() => server?.stop())

  test('opens the files of the build, and nothing by way of them', async () => {
    const inventory = await readInventory(server.site)
    const files = inventory.staticFiles.map((target) => ({ target }))
    const answers = await askAll(server.port, files)
    expect(answers.map(({ status }) => status)).toEqual(files.map(() => 200))
    const media = files.map(({ target }) => target).find((name) => name.endsWith('.png')) as string
    const tricks = ['/members', '/legacy/ssr', '/secret.txt', '/logo.png'].flatMap((secret) => [
      ...pathTricks('/_next/static', secret, inventory),
      ...pathTricks(media, secret, inventory).filter(
        (t) => !/[?#]/.test(t.slice(media.length, media.length + 1)),
      ),
      `/_next/image?w=64&q=75&url=${media}/../../../..${secret}`,
      `/_next/image?w=64&q=75&url=/_next/static/../..${secret}`,
    ])
    expect(await judgeAll(server, inventory, tricks, true)).toEqual([])
  })
})
