/** `stagedoor check` at nginx: whatever keeps a site private, it is asked the same. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../cli/run.ts'
import { installNginx, type Nginx, startNginx } from './nginx.ts'

const PASSWORD = 'mended-velvet-curtain'
const FILES = {
  'index.html': `<!doctype html><title>Stage Left</title><link rel="stylesheet" href="/static/site.css">
<script src="/static/site.js"></script><h1>Tickets for the opening night are sold here</h1>
<a href="/tickets.html">Tickets</a><img src="/pictures/stage.png" alt="">`,
  'tickets.html':
    '<!doctype html><title>Tickets</title><p>Row one is for the critics of the town</p>',
  'static/site.css': 'h1 { color: crimson }',
  'static/site.js': 'fetch("/api/seats.json")',
  'pictures/stage.png': 'not a picture',
  'api/seats.json': '{"free": 12}',
  'robots.txt': 'User-agent: *\nDisallow: /\n',
  'package.json': '{"name": "stage-left"}',
}
const PRIVATE = 'auth_basic "Staging"; auth_basic_user_file $users;'

let nginx: Nginx | undefined
beforeAll(installNginx, 600_000)
afterEach(async () => {
  await nginx?.stop()
  nginx = undefined
})

interface Found {
  rule: string
  level: string
  kind?: string
}

/** What is found, in short, from outside or from inside. */
async function check(locations: string, ...args: string[]) {
  nginx = await startNginx(FILES, { alice: PASSWORD }, locations)
  const url = `http://127.0.0.1:${nginx.port}`
  const given = args.includes('--user') ? { stdin: PASSWORD } : {}
  const { code, stdout } = await run('/', ['check', url, '--json', ...args], given)
  const report = JSON.parse(stdout)
  const findings: string[] = report.findings
    .filter(({ level }: Found) => level === 'leak')
    .map(({ rule, kind }: Found) => [rule, kind].filter(Boolean).join(' '))
  return { code, findings: findings.sort(), entered: report.entered }
}

const INSIDE = ['--user', 'alice', '--password-stdin']

describe('auth_basic', () => {
  test('over everything keeps everything', async () => {
    const outside = await check(PRIVATE)
    expect(outside).toEqual({ code: 0, findings: [], entered: null })
    await nginx?.stop()
    expect(await check(PRIVATE, ...INSIDE)).toEqual({ code: 0, findings: [], entered: true })
  })

  test('with a location left open shows what is there', async () => {
    const open = `${PRIVATE} location /static/ { auth_basic off; } location = /robots.txt { auth_basic off; }`
    const { code, findings } = await check(open, ...INSIDE)
    expect([code, findings]).toEqual([3, ['served-without-credential file']])
  })

  test('with endings left open shows them, and what is asked as if it ended so', async () => {
    const { code, findings } = await check(
      `${PRIVATE} location ~ \\.(json|png)$ { auth_basic off; }`,
      ...INSIDE,
    )
    expect([code, findings]).toEqual([
      3,
      [
        'served-without-credential api',
        'served-without-credential file',
        'served-without-credential hidden file',
      ],
    ])
  })

  test('on the way to an alias without its slash shows what is beside it', async () => {
    const { code, findings } = await check(
      `${PRIVATE} location /assets { auth_basic off; alias $root/static/; }`,
    )
    expect([code, findings]).toEqual([3, ['file-traversal page']])
  })

  test('for one method alone keeps no other', async () => {
    const { code, findings } = await check(
      `location / { limit_except HEAD { ${PRIVATE} } }`,
      ...INSIDE,
    )
    expect([code, findings.includes('other-method page')]).toEqual([3, true])
  })

  test('that is off for an address that a field names lets everybody in who names it', async () => {
    const { code, findings } = await check(
      `set $realm "Staging"; if ($http_x_forwarded_for = "127.0.0.1") { set $realm off; }
      auth_basic $realm; auth_basic_user_file $users;`,
    )
    expect([code, findings]).toEqual([3, ['trusted-address page']])
  })
})
