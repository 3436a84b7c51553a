/** A case made ready: its handler, its requests, and whether it answers as it should. */
import { basic } from './visits.mjs'

/**
 * @param {{ evaluate, setEnvironment }} runtime
 * @param {{ [name: string]: string }} scripts `kit` and the subjects
 */
export function createBench(runtime, scripts) {
  const { NextRequest } = runtime.evaluate(scripts.kit)
  /** A request as Next.js hands it to a middleware. */
  const build = ({ url, headers }) =>
    new NextRequest(url, { headers, nextConfig: { basePath: '', trailingSlash: false } })

  async function prepare(one) {
    runtime.setEnvironment(one.env)
    const store = one.store && { get: async () => one.store }
    const options = store ? { store: () => store } : (one.options ?? {})
    // Evaluated once a case, so that no case finds what another has taught the compiler.
    const handle = runtime.evaluate(scripts[one.subject]).create(options)
    const ask = async (request) => readAnswer(await handle(build(request)))
    const request = one.signsIn ? await signIn(one.request, handle, build) : one.request
    return { ...one, request, handle, fault: await findFault({ ...one, request }, ask) }
  }

  return {
    prepare,
    buildRequests: (one, count) => Array.from({ length: count }, () => build(one.request)),
  }
}

/** 200 where the request goes on to the app. */
function readAnswer(response) {
  return response.status
}

/** The request with the cookie that a browser keeps after a sign-in. */
async function signIn(request, handle, build) {
  const headers = { ...request.headers, authorization: basic(), 'sec-fetch-mode': 'navigate' }
  const response = await handle(build({ ...request, headers }))
  const [cookie] = response.headers.get('set-cookie').split(';')
  return { ...request, headers: { ...request.headers, cookie } }
}

/** Why a case may not be measured: it does not answer as it should. */
async function findFault({ subject, request, expected, isPublic }, ask) {
  const answer = await ask(request)
  if (answer !== expected) return `answered ${answer}, not ${expected}`
  if (subject === 'no-op' || isPublic) return undefined
  const { authorization, cookie, 'x-real-ip': address, ...headers } = request.headers
  const without = await ask({ ...request, headers })
  const wrong = await ask({ ...request, headers: { ...headers, authorization: basic('wrong') } })
  const fine = without === 401 && wrong === 401
  return fine ? undefined : `answered ${without} and ${wrong} without the password`
}
