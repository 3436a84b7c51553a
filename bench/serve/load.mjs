/** Requests over connections that stay open, some at a time. */
import http from 'node:http'

/** One request. @returns status, headers and body */
export function ask(port, { path, headers }, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers, agent }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
  })
}

/** Sends so many of a request, `width` at a time. @throws where one is not answered as expected */
export async function load(port, request, { count, width, expected, agent }) {
  let left = count
  const lane = async () => {
    while (left-- > 0) {
      const { status } = await ask(port, request, agent)
      if (status !== expected) throw new Error(`answered ${status}, not ${expected}`)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** Keeps its connections open. */
export function createAgent(width) {
  return new http.Agent({ keepAlive: true, maxSockets: width })
}
