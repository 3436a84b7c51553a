/** What a host behind `rewrites()` gets of a request: nothing that the gate was shown. */
import http from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { identity, pass, subjectOf, takeSession } from './passes.ts'
import { alice, wrong } from './policy.ts'
import type { Server } from './server.ts'
import { signIn } from './sessions.ts'
import { REFUSED, refusal } from './verdict.ts'
import { ask } from './wire.ts'

type Field = [name: string, value: string]

const CORS: Field = ['Sec-Fetch-Mode', 'cors']

export function describeElsewhere(server: () => Server): void {
  let host: http.Server
  let got: http.IncomingHttpHeaders[] = []
  beforeAll(async () => {
    host = http.createServer((request, response) => {
      got.push(request.headers)
      response.end(`elsewhere ${request.url}`)
    })
    await new Promise<void>((resolve, reject) => {
      host.once('error', reject).listen(server().site.elsewhere, 'localhost', resolve)
    })
  })
  afterAll(() => {
    host?.closeAllConnections()
    host?.close()
  })

  /** Asks for the other host's page. @returns what came to it */
  async function send(...headers: Field[]) {
    got = []
    const answer = await ask(server().port, { target: '/elsewhere/page?x=1', headers })
    expect([answer.status, `${answer.body}`]).toEqual([200, 'elsewhere /page?x=1'])
    const [{ authorization, cookie, 'set-cookie': setCookie, ...rest } = {}] = got
    const ours = Object.keys(rest).filter((name) => name.startsWith('x-stagedoor-'))
    return { authorization, cookie, setCookie, ours, identity: `${rest['x-stagedoor-user'] ?? ''}` }
  }

  test('asks first', async () => {
    got = []
    for (const headers of [[], [wrong], [CORS]]) {
      const answer = await ask(server().port, {
        target: '/elsewhere/page',
        headers: headers as Field[],
      })
      expect(refusal(answer)).toEqual(REFUSED)
    }
    expect(got).toEqual([])
  })

  test('sends on neither the credentials nor the cookie', async () => {
    const [, session] = await signIn(server(), alice)
    const token = await pass('automation')
    const nothing = { authorization: undefined, cookie: undefined, setCookie: undefined }
    const shown: Field[][] = [
      [alice, CORS],
      [['Cookie', session]],
      [['Cookie', session], CORS],
      [alice, ['Cookie', session]],
      [['x-stagedoor-pass', token]],
      [['Authorization', `Bearer ${token}`]],
    ]
    for (const headers of shown) expect(await send(...headers)).toMatchObject(nothing)
    expect(await send(['Cookie', `a=1; ${session}; b=2`], CORS)).toMatchObject({
      ...nothing,
      cookie: 'a=1; b=2',
    })
    expect(await send(['Cookie', session], ['Authorization', 'Bearer app-token'])).toMatchObject({
      ...nothing,
      authorization: 'Bearer app-token',
    })
  })

  test('names the visitor to it as to the app, by what opens nothing', async () => {
    const forged: Field = ['x-stagedoor-user', await identity('root')]
    const { ours, identity: told } = await send(alice, CORS, forged)
    expect([ours, await subjectOf(told, 'identity')]).toEqual([['x-stagedoor-user'], 'alice'])
    const tries: Field[] = [
      ['Cookie', `stagedoor=${told}`],
      ['x-stagedoor-pass', told],
    ]
    for (const field of tries) {
      const answer = await ask(server().port, { target: '/members', headers: [field] })
      expect(refusal(answer)).toEqual(REFUSED)
    }
  })

  // Next.js copies the answer's headers into the request that it sends on. So the host behind a
  // rewrite sees the session that begins with the very request that goes there.
  test('sees a session only in the request to a page that begins it', async () => {
    const { setCookie, ...rest } = await send(alice, ['Sec-Fetch-Mode', 'navigate'])
    expect(rest).toMatchObject({ authorization: undefined, cookie: undefined })
    expect(await takeSession(`${setCookie}`)).toEqual({ rest: undefined, begun: 'alice' })
    for (const mode of ['cors', 'no-cors', 'same-origin', 'websocket']) {
      expect((await send(alice, ['Sec-Fetch-Mode', mode])).setCookie).toBe(undefined)
    }
  })
}
