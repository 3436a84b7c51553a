import { describe, expect, test } from 'vitest'
import { ask, makeSigned, RUNS, SITE } from './pass-support.ts'
import { makeFolder, policyOf, RESTART, readEnvLocal, run } from './run.ts'

const WHERE =
  'addresses count on Vercel, and elsewhere only where STAGEDOOR_IP_HEADER names the header in which your own proxy tells them\n'

describe('ip', () => {
  test('adds addresses and networks, each once', async () => {
    const folder = makeSigned()
    const before = readEnvLocal(folder)
    const args = ['ip', 'add', '203.0.113.7', '10.0.0.0/8', '2001:db8::/32', '10.1.2.3/8']
    const lines = ['203.0.113.7', '10.0.0.0/8', '2001:db8::/32']
    const dry = await run(folder, [...args, '--dry-run'])
    expect(dry).toEqual({
      code: 0,
      stdout: '',
      stderr: `${lines.map((ip) => `would add ${ip} to .env.local\n`).join('')}${WHERE}${RUNS}\n`,
    })
    expect(readEnvLocal(folder)).toBe(before)
    expect(await run(folder, args)).toEqual({
      code: 0,
      stdout: '',
      stderr: `${lines.map((ip) => `added ${ip} to .env.local\n`).join('')}${WHERE}${RUNS}${RESTART}\n`,
    })
    expect(policyOf(folder).ips).toEqual(lines)
    const again = await run(folder, ['ip', 'add', '2001:DB8:0::1/32', '::1', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({
      added: ['::1'],
      already: ['2001:DB8:0::1/32'],
      ips: [...lines, '::1'],
    })
    expect((await run(folder, ['ip', 'list'])).stdout).toBe(`${[...lines, '::1'].join('\n')}\n`)
    const { stdout } = await run(folder, ['ip', 'list', '--json'])
    expect(JSON.parse(stdout).ips).toEqual([...lines, '::1'])
  })

  test('lets in who comes from there, and nobody else', async () => {
    const folder = makeSigned()
    await run(folder, ['ip', 'add', '203.0.113.0/24'])
    const from = (ip: string) => ask(folder, SITE, { 'x-client': ip })
    expect(await from('203.0.113.9')).toBe(401)
    const env = process.env
    env.STAGEDOOR_IP_HEADER = 'x-client'
    try {
      expect([await from('203.0.113.9'), await from('203.0.114.9')]).toEqual([200, 401])
    } finally {
      delete env.STAGEDOOR_IP_HEADER
    }
  })

  test('removes all that are named, or none', async () => {
    const folder = makeSigned()
    await run(folder, ['ip', 'add', '10.0.0.0/8', '::1'])
    expect(await run(folder, ['ip', 'remove', '::1', '10.0.0.1'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "stagedoor: error: '10.0.0.1' is not in .env.local\n" +
        'stagedoor: hint: see which there are: `npx stagedoor ip list`\n',
    })
    expect(policyOf(folder).ips).toHaveLength(2)
    expect(await run(folder, ['ip', 'remove', '0:0::1'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `removed ::1 from .env.local\n${RUNS}${RESTART}\n`,
    })
    expect(policyOf(folder).ips).toEqual(['10.0.0.0/8'])
  })

  test.each([
    '1.2.3',
    '1.2.3.4:80',
    'example.com',
    '1.2.3.4/33',
    '::1/129',
    '',
    '[::1]',
    '1.2.3.04',
  ])('refuses %j', async (text) => {
    const { code, stdout, stderr } = await run(makeFolder(), ['ip', 'add', text])
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `stagedoor: error: '${text}' is no address and no network\n` +
        'stagedoor: hint: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32, without a port\n',
    })
  })

  test.each([
    ['0.0.0.0/0', true],
    ['::/0', true],
    ['::ffff:0:0/96', true],
    ['2000::/3', true],
    ['10.0.0.0/8', false],
    ['0.0.0.0/1', false],
    ['2001:db8::/32', false],
  ])('of %s warns: %j', async (network, warns) => {
    const { stderr } = await run(makeFolder(), ['ip', 'add', network])
    const warning = `stagedoor: warning: ${network} is everybody: the whole site is open to them, without credentials\n`
    expect(stderr.startsWith(warning)).toBe(warns)
  })

  test('says what to do where there are none', async () => {
    expect(await run(makeFolder(), ['ip', 'list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no addresses in .env.local: add one with `npx stagedoor ip add 203.0.113.7`\n',
    })
    expect((await run(makeFolder(), ['ip', 'add'])).code).toBe(2)
  })
})
