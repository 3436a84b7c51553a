/** Sites that look shut to a careless check and are not, and those that it cannot know of. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  check,
  INSIDE,
  listen,
  type Report,
  RIGHT,
  raw,
  refuse401,
  shop,
  startSite,
} from './check-sites.ts'
import { run } from './run.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => void

/** A site that answers all by itself. @returns its origin */
function site(handler: Handler): Promise<string> {
  return listen(
    http.createServer((request, response) => {
      handler(request, response, (request.url ?? '/').replace(/\?.*/s, ''))
    }),
  )
}

const html = (response: ServerResponse, text: string, status = 200) => {
  response.writeHead(status, { 'Content-Type': 'text/html' }).end(text)
}
const DRAWN =
  '<p>The merger is announced on Monday</p><script src="/_next/static/chunks/a.js"></script>'
const LOGIN =
  '<form><p>Please enter the password to see this site</p><input type="password"></form>'

interface Document {
  verdict: string
  summary: string
}
const documentOf = ({ stdout }: Report): Document => JSON.parse(stdout)
/** Exit code, verdict, and what is said of it. */
const verdictOf = async (origin: string, ...args: string[]) => {
  const report = await check(origin, '--max-requests', '160', ...args)
  const { verdict, summary } = documentOf(report)
  return { ...report, verdict, summary }
}

describe('leaks', () => {
  test('by redirects that carry the page', async () => {
    const origin = await site((request, response, path) => {
      if (path.startsWith('/signin')) return refuse401(request, response)
      response.writeHead(302, { Location: `/signin${path}`, 'Content-Type': 'text/html' })
      response.end(DRAWN)
    })
    expect(await verdictOf(origin)).toMatchObject({ code: 3, verdict: 'leaks' })
  })

  test('at the path of the page to sign in, where that is the home page', async () => {
    const members = 'The merger with Example Ltd is announced on Monday'
    const origin = await site((request, response, path) => {
      const isAlice = request.headers.authorization === RIGHT
      if (isAlice) return html(response, `<h1>Home</h1><p>${members}</p>${DRAWN}`)
      if (path === '/' && request.headers.rsc) return html(response, `1:"${members}"`)
      if (path === '/') return html(response, LOGIN)
      response
        .writeHead(307, { Location: path === '/api/auth/signin' ? '/?to=x' : '/api/auth/signin' })
        .end()
    })
    expect(await verdictOf(origin, ...INSIDE)).toMatchObject({ code: 3, verdict: 'leaks' })
  })

  test('by a way to sign in that ends at the site itself', async () => {
    const origin = await site((_, response, path) => {
      if (path === '/home') return html(response, DRAWN)
      response.writeHead(302, { Location: path === '/login' ? '/home' : '/login' }).end()
    })
    expect(await verdictOf(origin)).toMatchObject({ code: 3, verdict: 'leaks' })
  })

  test.each([
    ['300', {}],
    ['302', {}],
    ['302', { Location: 'stage:/left' }],
  ])('by a %s that leads nowhere, %j, and is shown', async (status, fields) => {
    const origin = await site((request, response, path) => {
      if (path.includes('stagedoor')) return refuse401(request, response)
      response.writeHead(Number(status), { 'Content-Type': 'text/html', ...fields })
      response.end('<p>The merger is announced on Monday</p>')
    })
    expect(await verdictOf(origin)).toMatchObject({ code: 3, verdict: 'leaks' })
  })

  test('by a home page to which all that is not there is sent', async () => {
    const origin = await site((_, response, path) => {
      if (path === '/') return html(response, '<h1>We are launching on the 5th of May</h1>')
      response.writeHead(302, { Location: '/' }).end()
    })
    expect(await verdictOf(origin)).toMatchObject({ code: 3, verdict: 'leaks' })
  })

  test('by a page whose name is also that of a language', async () => {
    const origin = await site((request, response, path) => {
      if (path === '/') return html(response, '<html lang="en"><a href="/hr">people</a> welcome')
      if (path === '/hr') return html(response, '<html lang="en">what everybody here is paid')
      refuse401(request, response)
    })
    const { code, leaks } = await check(origin, '--allow', '/')
    expect([code, leaks]).toEqual([3, expect.arrayContaining(['served-without-credential page'])])
  })

  test('by what looks like a page to sign in, but is another', async () => {
    const origin = await site((_, response, path) => {
      if (path !== '/account') return html(response, `<title>Sign in</title>${LOGIN}`)
      html(response, `<title>Account</title>${LOGIN.replace('see this site', 'change yours')}`)
    })
    const { code, leaks } = await check(`${origin}/account`)
    expect([code, leaks]).toEqual([3, expect.arrayContaining(['served-without-credential page'])])
  })

  test('by an answer that names an error of the platform, and is none', async () => {
    const origin = await site((request, response, path) => {
      if (path.includes('stagedoor')) return refuse401(request, response)
      response.writeHead(200, { 'Content-Type': 'text/html', 'x-vercel-error': 'X' })
      response.end('<p>The merger is announced on Monday</p>')
    })
    expect(await verdictOf(origin)).toMatchObject({ code: 3, verdict: 'leaks' })
  })
})

describe('does not know', () => {
  const refuseFirst = (most: number, then: Handler): Handler => {
    let count = 0
    return (request, response, path) => {
      count++
      if (count <= most) refuse401(request, response)
      else then(request, response, path)
    }
  }

  test('a site that challenges programs', async () => {
    const origin = await site((request, response) => {
      if (!/stagedoor-check/.test(request.headers['user-agent'] ?? '')) {
        return html(response, 'the merger')
      }
      response.writeHead(403, { 'Content-Type': 'text/html', 'cf-mitigated': 'challenge' })
      response.end('<title>Just a moment...</title>')
    })
    const { code, verdict, summary, warnings, stderr } = await verdictOf(origin)
    expect({ code, verdict, warnings }).toEqual({
      code: 1,
      verdict: 'not known',
      warnings: ['program-refused'],
    })
    expect(summary).toMatch(/^not known: \d+ of \d+ requests of nobody .*program/)
    expect(stderr).toMatch(/error: it is not known whether the site is private: .*\n.*hint: /)
  })

  test('a site that has had enough of the asking', async () => {
    const origin = await site(
      refuseFirst(10, (_, response) => response.writeHead(429).end('slow down')),
    )
    const { code, verdict, summary } = await verdictOf(origin)
    expect([code, verdict]).toEqual([1, 'not known'])
    expect(summary).toMatch(/429/)
  })

  test('a site that closes the connection', async () => {
    const origin = await site(refuseFirst(3, (request) => request.socket.destroy()))
    const { code, verdict, summary } = await verdictOf(origin)
    expect([code, verdict]).toEqual([1, 'not known'])
    expect(summary).toMatch(/no answer/)
  })

  test('but a page that begins as one is open, whatever is wrong with the rest', async () => {
    const origin = await raw((request, socket) => {
      const refusal =
        'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 2\r\n\r\nno'
      const odd = 'HTTP/1.1 200 OK\r\nContent Type: text/html\r\n\r\nthe merger'
      if (/^\w+ \/members /.test(request)) socket.end(odd)
      else socket.write(refusal)
    })
    const { code, leaks } = await check(`${origin}/members`)
    expect([code, leaks]).toEqual([3, expect.arrayContaining(['served-without-credential page'])])
  })

  test('asks once more where one connection was cut', async () => {
    let isCut = false
    const origin = await startSite({
      front(request, _, next) {
        if (isCut || request.url !== '/admin') return next()
        isCut = true
        request.socket.destroy()
      },
    })
    expect(await verdictOf(origin)).toMatchObject({ code: 0, verdict: 'private' })
  })

  test('a site that sends everybody in a circle, and refuses nobody', async () => {
    const origin = await site((_, response) => response.writeHead(302, { Location: '/home' }).end())
    const { code, verdict, summary, stdout, stderr } = await verdictOf(origin)
    expect([code, verdict]).toEqual([1, 'not known'])
    // What is no refusal takes no time as one.
    expect(JSON.parse(stdout).latency).toBeNull()
    expect(summary).toMatch(/^not known: nothing was refused .*, \d+ redirected$/)
    expect(stderr).toMatch(/error: it is not known whether the site is private: nothing was/)
  })

  test('a site that sends everybody to a copy of each path, below another', async () => {
    const origin = await site((_, response, path) =>
      response.writeHead(302, { Location: `https://www.example.com/en${path}` }).end(),
    )
    expect(await verdictOf(origin)).toMatchObject({ code: 1, verdict: 'not known' })
  })

  test('an empty site', async () => {
    const origin = await site((_, response) => response.writeHead(404).end('not found'))
    expect(await verdictOf(origin)).toMatchObject({ code: 1, verdict: 'not known' })
  })

  test('a site that gives those with the right credential no answer', async () => {
    const origin = await site((request, response) => {
      if (request.headers.authorization === RIGHT) return response.writeHead(502).end()
      refuse401(request, response)
    })
    const { code, verdict, summary, stdout } = await verdictOf(origin, ...INSIDE)
    expect([code, verdict, JSON.parse(stdout).entered]).toEqual([1, 'not known', null])
    expect(summary).toContain('1 of 1 requests with your credential were answered 502')
  })

  test('and says so in the text', async () => {
    const origin = await site(refuseFirst(3, (request) => request.socket.destroy()))
    const { code, stdout } = await run('/', ['check', origin])
    expect(code).toBe(1)
    expect(stdout).toMatch(/\nnot known: /)
  })
})

describe('warns', () => {
  test('where it may be the program that is refused', async () => {
    const origin = await site((_, response) => response.writeHead(403).end('Forbidden'))
    expect(await check(origin)).toMatchObject({ code: 0, warnings: ['program-refused'] })
  })

  test('of refusals that hold more than others of their type', async () => {
    const origin = await site((_, response, path) => {
      const json = { 'Content-Type': 'application/json', 'WWW-Authenticate': 'Basic realm="x"' }
      const customers = [{ name: 'Alice Example', account: 'DE00 1234 5678' }]
      response.writeHead(401, json)
      response.end(JSON.stringify({ error: 'no', ...(path.startsWith('/api') && { customers }) }))
    })
    expect(await check(origin)).toMatchObject({ code: 0, warnings: ['refusal-differs api'] })
  })

  // CWE-698: the handler sends its visitor to sign in, and does not stop there.
  test.each([
    ['data', 'application/json', { 'orders of Alice Example': [4, 17, 33, 120], total: 1790.5 }],
    ['a page', 'text/html', `<h1>Orders</h1>${'<p>Alice Example, 17 seats</p>'.repeat(40)}`],
  ])('of a redirect to sign in that holds %s', async (_, type, content) => {
    const origin = await site((_, response, path) => {
      if (path === '/login') return html(response, LOGIN)
      const isApi = path.startsWith('/api')
      response.writeHead(302, { Location: '/login', ...(isApi && { 'Content-Type': type }) })
      response.end(isApi ? JSON.stringify(content) : '')
    })
    expect(await check(origin)).toMatchObject({ code: 0, warnings: ['refusal-differs api'] })
  })

  test('of a home page that is the one to sign in: a person has to look', async () => {
    const origin = await site((_, response, path) => {
      if (path === '/') return html(response, `${LOGIN}<p>Welcome to the shop</p>`)
      response.writeHead(302, { Location: path === '/login' ? '/' : '/login' }).end()
    })
    expect(await check(origin)).toMatchObject({ code: 0, warnings: ['open-sign-in page'] })
  })

  test('of no redirect to an address that is written out, escaped', async () => {
    const query = Array.from({ length: 60 }, (_, i) => `state${i}=0123456789`).join('&')
    const to = `https://login.microsoftonline.com/authorize?${query}`
    const origin = await site((_, response, path) => {
      if (!path.startsWith('/api')) return response.writeHead(302, { Location: '/login' }).end()
      const shown = to.replaceAll('&', '&amp;')
      response.writeHead(302, { Location: to, 'Content-Type': 'text/html' })
      response.end(`<p>Found. Redirecting to <a href="${shown}">${shown}</a></p>`)
    })
    const { warnings } = await check(origin)
    expect(warnings).not.toContain('refusal-differs api')
  })

  test('of no redirect that says where it leads', async () => {
    const origin = await site((_, response, path) => {
      if (path === '/login') return html(response, LOGIN)
      const next = `/login?next=${encodeURIComponent(path)}`
      const note = `<html><head><title>302 Found</title></head><body><center><h1>302 Found</h1></center>
        <hr><center>The document has moved <a href="${next}">here</a>.</center></body></html>`
      const isApi = path.startsWith('/api')
      const type = isApi ? 'text/html' : 'text/plain'
      response.writeHead(302, { Location: next, 'Content-Type': type }).end(isApi ? note : next)
    })
    expect(await check(origin)).toMatchObject({ code: 0, warnings: [] })
  })
})

describe('asks whether one signs in', () => {
  const sentTo = async (handler: (path: string) => string) => {
    const origin = await site((_, response, path) =>
      response.writeHead(302, { Location: handler(path) }).end(),
    )
    const { code, verdict, stdout } = await verdictOf(origin)
    const { findings } = JSON.parse(stdout) as { findings: { rule: string; what: string }[] }
    const sent = findings.filter(({ rule }) => rule === 'sent-elsewhere')
    return { code, verdict, sent: sent.map(({ what }) => what) }
  }
  const asked = (page: string) => ({
    code: 0,
    verdict: 'private',
    sent: [`everybody is sent to \`${page}\`: is that where one signs in?`],
  })

  test('where everybody is sent to one page of another host', async () => {
    expect(await sentTo(() => 'https://www.example.com/')).toEqual(
      asked('https://www.example.com/'),
    )
  })

  test('where the home page is sent to another one of it', async () => {
    const to = (path: string) => `https://www.example.com/${path === '/' ? '' : '404'}`
    expect(await sentTo(to)).toEqual(asked('https://www.example.com/404'))
  })

  test('where a page of this one leads there', async () => {
    const to = (path: string) => (path === '/home' ? 'https://www.example.com/' : '/home')
    expect(await sentTo(to)).toEqual(asked('https://www.example.com/'))
  })

  test('but not where it looks as if one did', async () => {
    const to = () => 'https://www.example.com/login'
    expect(await sentTo(to)).toEqual({ code: 0, verdict: 'private', sent: [] })
  })
})

describe('takes for no leak', () => {
  test('the page to sign in, wherever it is shown', async () => {
    const origin = await site((_, response, path) => {
      if (path === '/login') return html(response, LOGIN)
      if (path.startsWith('/api')) return html(response, LOGIN, 401)
      response.writeHead(302, { Location: `/login?next=${encodeURIComponent(path)}` }).end()
    })
    expect(await check(origin)).toMatchObject({ code: 0, leaks: [] })
  })

  test('the page to sign in behind another redirect', async () => {
    const origin = await site((_, response, path) => {
      if (path === '/enter') return html(response, LOGIN)
      const to = path === '/api/auth/signin' ? '/enter?from=auth' : `/api/auth/signin?to=${path}`
      response.writeHead(302, { Location: to }).end()
    })
    const { code, leaks, stdout } = await check(origin)
    expect([code, leaks, stdout.includes('redirect-before-gate')]).toEqual([0, [], false])
  })

  test('a way to sign in that is too long to ask for', async () => {
    const asked: number[] = []
    const origin = await site((request, response, path) => {
      asked.push(request.url?.length ?? 0)
      if (path !== '/login') return response.writeHead(302, { Location: '/login' }).end()
      response.writeHead(302, { Location: `/login/${'a'.repeat(5000)}` }).end()
    })
    expect(await check(origin)).toMatchObject({ code: 0, leaks: [] })
    expect(Math.max(...asked)).toBeLessThan(5000)
  })

  test('a word of a refusal that is the name of the build', async () => {
    const origin = await startSite({
      refuse({ url }, response) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' })
        response.end(url === '/api' ? 'this API is under development' : 'no')
      },
      app(_, response) {
        html(response, '<script id="__NEXT_DATA__">{"buildId":"development"}</script>')
      },
    })
    expect(await check(origin, ...INSIDE)).toMatchObject({ code: 0, leaks: [] })
  })

  test('an error page that all of a site without a gate have: not of files, not of spellings', async () => {
    const hole = (request: IncomingMessage) => /^\/($|\?)|\./.test(request.url ?? '')
    const origin = await startSite({ hole })
    const { leaks, stdout } = await check(origin)
    expect(leaks).not.toContain('file-traversal page')
    const { kinds } = JSON.parse(stdout)
    const hidden = kinds.find(({ kind }: { kind: string }) => kind === 'hidden file')
    expect(hidden.nobody).toMatchObject({ open: 0, reached: hidden.nobody.asked })
  })

  test('a page that is open in a language that the site has', async () => {
    const origin = await site((request, response, path) => {
      if (!/^\/(de)?$/.test(path)) return refuse401(request, response)
      html(response, '<html lang="en"><link rel="alternate" hreflang="de" href="/de">welcome')
    })
    expect(await check(origin, '--allow', '/')).toMatchObject({ code: 0, leaks: [] })
  })
})

test('what is not there is not served, to nobody and to somebody', async () => {
  const rowOf = async (name: string, hole: boolean, ...args: string[]) => {
    const { stdout } = await check(await startSite({ hole: () => hole }), ...args)
    return JSON.parse(stdout).kinds.find(({ kind }: { kind: string }) => kind === name)
  }
  const { nobody } = await rowOf('nowhere', true)
  expect(nobody).toMatchObject({ asked: 2, open: 0, reached: 2 })
  const { somebody } = await rowOf('metadata', false, ...INSIDE)
  expect(somebody.reached).toBeGreaterThan(0)
})

describe('of few requests', () => {
  test('each kind gets one before anything is tried by tricks', async () => {
    const report = await check(await startSite(), '--max-requests', '25')
    const { kinds, verdict, summary } = JSON.parse(report.stdout)
    const names = kinds.map(({ kind }: { kind: string }) => kind)
    expect(names).toEqual(expect.arrayContaining(['api', 'by custom', 'internal', 'hidden file']))
    expect([report.code, verdict]).toEqual([0, 'private'])
    expect(summary).toMatch(/^private: /)
  })

  test('too few for every kind: the verdict says how far it goes', async () => {
    const report = await check(await startSite(), '--max-requests', '10')
    const { verdict, summary } = documentOf(report)
    expect([report.code, verdict]).toEqual([0, 'private'])
    expect(summary).toMatch(/^private, as far as was asked: .*nothing was asked of .*hidden file/)
  })

  test('an open path of a kind is found with them', async () => {
    const origin = await startSite({
      hole: ({ url = '' }) => url === '/api',
      app: (_, response) => response.writeHead(200).end('{"customers":["Alice"]}'),
    })
    const { code, leaks } = await check(origin, '--max-requests', '25')
    expect([code, leaks]).toEqual([3, ['served-without-credential api']])
  })
})

test('the shop is private behind its gate', async () => {
  const origin = await startSite({ app: shop })
  expect(await verdictOf(origin, ...INSIDE)).toMatchObject({ code: 0, verdict: 'private' })
})
