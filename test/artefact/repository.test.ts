/**
 * This repository, deployed as README says: `vercel.json` installs it, builds the shop and puts the
 * gate in front.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ask, show } from '../next/wire.ts'
import { copyCheckout, digestCheckout } from '../package/checkout.ts'
import { type Built, buildForVercel, CANARY } from './apps.ts'
import { filesOf, filesWith } from './files.ts'
import { type MiddlewareFunction, takeFunction } from './function.ts'
import { WORK } from './install.ts'
import { askFunction, askStarted, difference, type Outcome } from './outcome.ts'
import { firstFor, type Route, readRoutes } from './routes.ts'
import { startApp } from './started.ts'
import { worlds } from './worlds.ts'

const PARTS = [
  'examples/shop',
  'scripts/',
  'src/',
  'middleware.ts',
  'server.ts',
  'package',
  'vercel',
]

let built: Built
let routes: Route[]
let gate: MiddlewareFunction
beforeAll(async () => {
  built = await build()
  routes = await readRoutes(built)
  const [route] = routes.filter(({ middlewarePath }) => middlewarePath)
  gate = await takeFunction(built, route?.middlewarePath ?? '')
})
afterAll(() => gate?.remove())

/** Unless what is there is made of the same files. */
async function build(): Promise<Built> {
  const root = path.join(WORK, 'repository')
  const [stamp, digest] = [path.join(root, '.digest'), await digestCheckout(PARTS)]
  const made = {
    folder: path.join(root, 'examples/shop'),
    root,
    output: path.join(root, '.vercel/output'),
  }
  if ((await readFile(stamp, 'utf8').catch(() => '')) === digest) return made
  await rm(root, { recursive: true, force: true })
  await copyCheckout(root)
  await buildForVercel(root)
  await writeFile(stamp, digest)
  return made
}

test('the gate is before pages, pictures and scripts', async () => {
  expect(gate.config.runtime).toMatch(/^nodejs\d/)
  const folder = path.join(built.output, 'static')
  const files = (await filesOf(folder)).map((file) => encodeURI(file.slice(folder.length)))
  expect(files).toContain('/images/yorick.jpg')
  const targets = [...files, '/', '/products', '/admin', '/cart', '/api/stock']
  expect(targets.filter((target) => firstFor(routes, target) !== 'the gate')).toEqual([])
})

test('no value of the environment is in what is deployed', async () => {
  for (const folder of [built.output, gate.folder]) {
    for (const text of CANARY) expect(await filesWith(folder, text)).toEqual([])
  }
})

const DEPLOYMENTS = (await worlds()).filter(({ name }) => !/credentials|paths/.test(name))

test.each(DEPLOYMENTS.map((world) => [world.name, world] as const))(
  'it refuses as `next start` does, and lets through what that does: %s',
  async (_, { variables, asks }) => {
    const [started, loaded] = [await startApp(built, variables), await gate.load(variables)]
    try {
      const differences = []
      for (const asked of asks.filter(isOfPages)) {
        const [ours, theirs] = await Promise.all([
          askFunction(loaded, asked, `localhost:${started.port}`),
          askStarted(started, asked),
        ])
        const differs =
          ours.status === 'through'
            ? isRefused(theirs) && 'refused under next start'
            : difference(ours, theirs)
        if (differs) differences.push(`${show(asked)} → ${differs}`)
      }
      expect(differences).toEqual([])
    } finally {
      await started.stop()
      await loaded.stop()
    }
  },
)

/** What pages answer to other methods is their own affair. */
function isOfPages({ method = 'GET' }: Ask): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** By the gate: the shop refuses too, at `/admin`, with a page of its own. */
function isRefused({ status, headers }: Outcome): boolean {
  const isGates = (headers['content-security-policy'] ?? '').startsWith("default-src 'none'")
  return isGates && typeof status === 'number' && status >= 400
}
