/**
 * What `vercel build` makes of a gated app: that the gate is before everything else, that it holds
 * no secret, and that it answers as the same app does under `next start`.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ask } from '../next/wire.ts'
import { ask, show } from '../next/wire.ts'
import { APPS, type Built, buildApp, CANARY, CONTROL } from './apps.ts'
import { filesOf, filesWith } from './files.ts'
import { type MiddlewareFunction, takeFunction } from './function.ts'
import {
  askFunction,
  askStarted,
  difference,
  isBeforeTheGate,
  type Outcome,
  SECURE,
} from './outcome.ts'
import { firstFor, type Route, readRoutes } from './routes.ts'
import { startApp } from './started.ts'
import { ALICE, credentialRows, pathRows, worlds } from './worlds.ts'

/** Bytes after gzip: 1 MB is what the smallest plan takes, and most of this is Next.js. */
const LARGEST_EDGE_FUNCTION = 80_000

const WORLDS = await worlds()

describe.each(APPS.map((app) => [`${app.version}, ${app.name}`, app] as const))('%s', (_, app) => {
  let built: Built
  let routes: Route[]
  let gate: MiddlewareFunction
  beforeAll(async () => {
    built = await buildApp(app)
    routes = await readRoutes(built)
    const [route] = routes.filter(({ middlewarePath }) => middlewarePath)
    gate = await takeFunction(built, route?.middlewarePath ?? '')
  })
  afterAll(async () => {
    await gate?.remove()
  })

  test('is one function, for the runtime that its file has', () => {
    const middleware = routes.filter(({ middlewarePath }) => middlewarePath)
    expect(middleware.length).toBe(1)
    expect(gate.config.runtime).toMatch(app.file === 'proxy.ts' ? /^nodejs\d/ : /^edge$/)
  })

  test('stands before all files and functions, without a matcher', async () => {
    const [route] = routes.filter(({ middlewarePath }) => middlewarePath)
    expect({ ...route, middlewarePath: undefined }).toEqual({
      src: expect.stringMatching(/^\^\/?\.\*\$$/),
      continue: true,
      override: true,
      middlewareRawSrc: ['/:path*'],
      // The one header that goes past every middleware: docs/nextjs.md has it.
      missing: [{ type: 'header', key: 'x-prerender-revalidate', value: expect.any(String) }],
    })
    const names = async (folder: string) => {
      const files = await filesOf(path.join(built.output, folder))
      return files.map((file) => file.slice(path.join(built.output, folder).length))
    }
    const functions = (await names('functions')).map((name) =>
      name.replace(/\.(func|prerender-).*/, ''),
    )
    const targets = [
      ...(await names('static')),
      ...new Set(functions),
      ...['/', '/nothing', '/a/b/c', '/secret.txt', '/_next/image', '/_next/data/x/index.json'],
    ]
    expect(targets).toContain('/secret.txt')
    expect(targets.filter((target) => firstFor(routes, target) !== 'the gate')).toEqual([])
  })

  test('holds no value of the environment that it was built in', async () => {
    for (const folder of [built.output, gate.folder]) {
      for (const text of CANARY) expect(await filesWith(folder, text)).toEqual([])
    }
    expect(await filesWith(built.output, CONTROL)).not.toEqual([])
  })

  test('is small', async () => {
    const { entrypoint } = gate.config
    // What a function of Node's brings is Next.js's affair: the gate is one chunk of it.
    if (!entrypoint) return expect((await filesOf(gate.folder)).length).toBeLessThan(200)
    const size = gzipSync(await readFile(path.join(gate.folder, entrypoint))).length
    expect(size).toBeLessThan(LARGEST_EDGE_FUNCTION)
  })

  test('answers every row of the vectors', async () => {
    // Next.js makes the page's path of such a URL before it asks; the vectors have it as it came.
    const raw = pathRows().filter(({ asked }) => !asked.target.startsWith('/_next/data/'))
    const rows = [...(await credentialRows()), ...raw]
    expect(rows.length).toBeGreaterThan(400)
    const wrong = []
    // A deployment's variables never change: one function, loaded anew, for each policy.
    for (const policy of new Set(rows.map(({ variables }) => variables['STAGEDOOR_POLICY']))) {
      const those = rows.filter(({ variables }) => variables['STAGEDOOR_POLICY'] === policy)
      const loaded = await gate.load(those[0]?.variables ?? {})
      for (const { name, asked, answer } of those) {
        const summary = summarize(await askFunction(loaded, asked, 'staging.example'))
        if (summary !== answer) wrong.push(`${name}: ${show(asked)} → ${summary}, not ${answer}`)
      }
      await loaded.stop()
    }
    expect(wrong).toEqual([])
  })

  test('begins sessions that `next start` knows, and knows those that it begins', async () => {
    const { variables = {} } = WORLDS.find(({ name }) => name === 'passes') ?? {}
    const [started, loaded] = [await startApp(built, variables), await gate.load(variables)]
    const host = `localhost:${started.port}`
    const fields: [string, string][] = [['host', host], SECURE, ...ALICE]
    try {
      const answer = await loaded.ask({ url: `https://${host}/`, method: 'GET', headers: fields })
      const [, ours = ''] = answer.headers.find(([name]) => name === 'set-cookie') ?? []
      const { headers } = await ask(started.port, { target: '/', headers: [SECURE, ...ALICE] })
      const asked = (setCookie: string, end = ''): Ask => {
        const [pair = ''] = setCookie.split(';')
        return {
          target: '/admin',
          headers: [['Cookie', pair.slice(0, pair.length - end.length) + end]],
        }
      }
      const theirs = headers['set-cookie'] ?? ''
      expect({
        ours: (await askStarted(started, asked(ours))).status,
        oursAltered: (await askStarted(started, asked(ours, '.'))).status,
        theirs: (await askFunction(loaded, asked(theirs), host)).status,
        theirsAltered: (await askFunction(loaded, asked(theirs, '.'), host)).status,
      }).toEqual({ ours: 'through', oursAltered: 401, theirs: 'through', theirsAltered: 401 })
    } finally {
      await started.stop()
      await loaded.stop()
    }
  })

  test.each(WORLDS.map((world) => [world.name, world] as const))(
    'answers as `next start` does: %s',
    async (_, { variables, asks }) => {
      const [started, loaded] = [await startApp(built, variables), await gate.load(variables)]
      try {
        const differences = []
        let compared = 0
        for (const asked of asks.filter(fits)) {
          const [ours, theirs] = await askBoth(asked)
          if (isBeforeTheGate(theirs)) continue
          compared++
          const differs = difference(ours, theirs)
          if (differs) differences.push(`${show(asked)} → ${differs}`)
        }
        expect(differences).toEqual([])
        expect(compared).toBeGreaterThan(asks.length * 0.9)
      } finally {
        await started.stop()
        await loaded.stop()
      }

      function askBoth(asked: Ask) {
        return Promise.all([
          askFunction(loaded, asked, `localhost:${started.port}`),
          askStarted(started, asked),
        ])
      }
    },
  )
})

/** Node.js reads no more than 16 KB of header fields, and answers 431 of its own. */
function fits({ headers = [] }: Ask): boolean {
  return headers.flat().join('').length < 15_000
}

function summarize({ status, headers }: Outcome): string {
  const [scheme] = (headers['www-authenticate'] ?? '').split(' ')
  return scheme ? `${status} ${scheme}` : `${status}`
}
