import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PRESETS, presetHelp } from '../../src/cli/presets.ts'
import { checkRule } from '../../src/cli/rule-faults.ts'
import { covers, joinRules, parsePath, parseRule } from '../../src/gate/rules.ts'
import { makeFolder, policyOf, RESTART, readEnvLocal, run } from './run.ts'

const NOBODY =
  'next dev: not gated (run `npx stagedoor on` to gate it too) · next start: gated, but nobody can sign in: no users · on Vercel: not told by this file\n'

const CHANGED = NOBODY.replace('\n', `${RESTART}\n`)
const PUBLIC = CHANGED.replace('nobody can sign in: no users', 'everything is public')

describe('allow add', () => {
  test('adds rules and presets, each once', async () => {
    const folder = makeFolder()
    const args = [
      'allow',
      'add',
      '/a',
      'GET,HEAD /b/*',
      '/a',
      '--preset',
      'robots',
      '--preset',
      'preflight,robots',
    ]
    expect(await run(folder, args)).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'added /a to .env.local\nadded GET,HEAD /b/* to .env.local\nadded GET,HEAD /robots.txt to .env.local\n' +
        `added OPTIONS /api/** to .env.local\n${CHANGED}`,
    })
    expect(policyOf(folder)).toEqual({
      version: 1,
      allow: ['/a', 'GET,HEAD /b/*', 'GET,HEAD /robots.txt', 'OPTIONS /api/**'],
    })
  })

  test('is done with a rule that is there', async () => {
    const folder = makeFolder()
    await run(folder, ['allow', 'add', '/a'])
    const before = readEnvLocal(folder)
    const { code, stderr } = await run(folder, ['allow', 'add', '/a'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: `/a is in .env.local already\n${NOBODY}` })
    const { stdout } = await run(folder, ['allow', 'add', '/a', '/b', '--json', '--dry-run'])
    expect(JSON.parse(stdout)).toMatchObject({
      added: ['/b'],
      already: ['/a'],
      allow: ['/a', '/b'],
      changed: true,
    })
    expect(readEnvLocal(folder)).toBe(before)
  })

  test.each([
    ['x', 'a pattern starts with /', '/x'],
    ['POST x', 'a pattern starts with /', 'POST /x'],
    ['get /x', 'methods are upper-case', 'GET /x'],
    ['GET  /x', 'one space stands after the method', 'GET /x'],
    ['GET,POST/x', 'one space stands after the method', 'GET,POST /x'],
    ['GET, POST /x', 'methods are listed without spaces', 'GET,POST /x'],
    ['/a?b=c', 'only the path is looked at, never the query', '/a'],
    ['/a#b', 'only the path is looked at, never the query', '/a'],
    ['/a%20b', 'write it decoded, without %', '/a b'],
    ['/a//b', 'it has an empty segment', '/a/b'],
    ['/a**', '** stands alone in its segment, and * matches within one', '/a*'],
    ['/a/**b/c', '** stands alone in its segment, and * matches within one', '/a/*b/c'],
    ['https://x.example/z', 'it is a URL: write its path alone', '/z'],
    [' /x ', 'it begins or ends with white space', '/x'],
    ['/a%2Fb', 'write it decoded, without %', '/a/b'],
    ['/a/../b', 'it has a dot segment, which is never public', null],
    ['/a%ff', 'write it decoded, without %', null],
    ['', 'it is empty', null],
    ['/a\\b', 'no path that holds \\ is ever public', null],
    ['/a\u0007', 'it holds a control character', null],
    [
      'C:/Program Files/Git/x',
      'your shell made a Windows path of it; set MSYS_NO_PATHCONV=1',
      null,
    ],
  ])('refuses %j: %s', async (rule, reason, meant) => {
    const { code, stdout, stderr } = await run(makeFolder(), ['allow', 'add', rule])
    const hint =
      meant === null
        ? "a rule is '/robots.txt', '/api/webhooks/**' or 'GET,HEAD /feed/*'"
        : `write '${meant}'`
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `stagedoor: error: '${rule.replace('\u0007', '\\u0007')}' is not a rule: ${reason}\nstagedoor: hint: ${hint}\n`,
    })
  })

  test('refuses just what the gate refuses', () => {
    const piece = fc.constantFrom(
      '/',
      '*',
      '**',
      'a',
      'GET ',
      'get ',
      'GET,POST',
      ' ',
      '%',
      '?',
      '.',
      '..',
      '\\',
      '\n',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const rule = pieces.join('')
        const refused = parseRule(rule) === null
        if (refused) expect(() => checkRule(rule)).toThrow(/is not a rule: /)
        else expect(checkRule(rule)).toBe(rule)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['PSOT /x', 'PSOT', 'did you mean POST?'],
    ['GET,FROBNICATE /x', 'FROBNICATE', 'those are GET HEAD POST PUT DELETE PATCH OPTIONS'],
  ])('warns of the method of %s, and adds it', async (rule, method, hint) => {
    const folder = makeFolder()
    const { code, stderr } = await run(folder, ['allow', 'add', rule])
    expect(code).toBe(0)
    expect(stderr).toContain(
      `stagedoor: warning: '${rule}': ${method} is no method of HTTP that Next.js answers: ${hint}\n`,
    )
    expect(policyOf(folder).allow).toEqual([rule])
  })

  test.each([
    ['/**', ['opens the whole site to everybody']],
    ['POST /**', ['opens the whole site to everybody']],
    ['/_next/**', ['opens source chunks and data of pages that stay private']],
    ['/_next/static/**', ['opens source chunks and data of pages that stay private']],
    ['/.stagedoor/sign-out', []],
    [
      '/api/**',
      ['opens a draft-mode endpoint, if there is one: its cookie walks past the gate everywhere'],
    ],
    [
      '/api/enable-preview',
      ['opens a draft-mode endpoint, if there is one: its cookie walks past the gate everywhere'],
    ],
    ['OPTIONS /**', []],
    ['OPTIONS /api/**', []],
    ['/pricing/**', []],
  ])('warns of %s, and adds it', async (rule, cautions) => {
    const folder = makeFolder()
    const { code, stderr } = await run(folder, ['allow', 'add', rule])
    const lines = cautions.map((caution) => `stagedoor: warning: '${rule}' ${caution}\n`)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `${lines.join('')}added ${rule} to .env.local\n${rule === '/**' ? PUBLIC : CHANGED}`,
    })
  })

  test('says that AUTH_USER no longer counts', async () => {
    const folder = makeFolder({ '.env': 'AUTH_USER=a\nAUTH_PASSWORD=b\n' })
    const ignored = 'AUTH_USER and AUTH_PASSWORD are ignored from now on, because there is a policy'
    expect((await run(folder, ['allow', 'add', '/a'])).stderr).toContain(
      `stagedoor: warning: ${ignored}\n`,
    )
    expect((await run(folder, ['allow', 'add', '/b'])).stderr).not.toContain('AUTH_USER')
  })
})

describe('presets', () => {
  test('are rules that the gate takes, and open nothing of /_next, no page and no draft mode', () => {
    const rules = Object.values(PRESETS).flat()
    for (const rule of rules) expect(checkRule(rule)).toBe(rule)
    const read = joinRules(rules.flatMap((rule) => parseRule(rule) ?? []))
    for (const path of [
      '/',
      '/pricing',
      '/icons',
      '/_next/static/x.js',
      '/_next/image',
      '/api/draft',
      '/api/x',
    ]) {
      for (const method of ['GET', 'POST'])
        expect([path, covers(read, method, parsePath(path))]).toEqual([path, false])
    }
  })

  test('are told in the help', () => {
    expect(presetHelp()).toMatchInlineSnapshot(`
      "  webhooks    POST /api/webhooks/** /api/webhook/**
        manifest    GET,HEAD /manifest.webmanifest /manifest.json /site.webmanifest
        well-known  GET,HEAD /.well-known/**
        robots      GET,HEAD /robots.txt
        health      GET,HEAD /api/health /api/healthz /health /healthz
        preflight   OPTIONS /api/**
        assets      GET,HEAD /favicon.ico /icon /icon.* /apple-icon /apple-icon.* /apple-touch-icon.png /apple-touch-icon-*.png"
    `)
  })

  test('are refused by name', async () => {
    expect(await run(makeFolder(), ['allow', 'add', '--preset', 'robot'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "stagedoor: error: there is no preset 'robot'\nstagedoor: hint: did you mean robots?\n",
    })
  })
})

describe('allow remove and list', () => {
  test('removes all that are named or none', async () => {
    const folder = makeFolder()
    await run(folder, ['allow', 'add', '/a', '/b', 'GET,HEAD /feed/*', '--preset', 'robots'])
    expect(await run(folder, ['allow', 'remove', '/a', 'GET,HEAD /feeds/*'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "stagedoor: error: there is no rule 'GET,HEAD /feeds/*' in .env.local\n" +
        "stagedoor: hint: did you mean 'GET,HEAD /feed/*'?\n",
    })
    expect(policyOf(folder).allow).toHaveLength(4)
    expect(await run(folder, ['allow', 'remove', '/a', '--preset', 'robots'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `removed /a from .env.local\nremoved GET,HEAD /robots.txt from .env.local\n${CHANGED}`,
    })
    expect(await run(folder, ['allow', 'list'])).toEqual({
      code: 0,
      stdout: '/b\nGET,HEAD /feed/*\n',
      stderr: '',
    })
    const { stdout } = await run(folder, ['allow', 'list', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      place: 'file',
      file: `${folder}/.env.local`,
      allow: ['/b', 'GET,HEAD /feed/*'],
    })
  })

  test('says what to do where there are none', async () => {
    expect(await run(makeFolder(), ['allow', 'list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: "no rules in .env.local: add one with `npx stagedoor allow add '/robots.txt'`\n",
    })
    expect(await run(makeFolder(), ['allow', 'add'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'stagedoor: error: nothing to add: name a rule, or a preset\nstagedoor: hint: run `npx stagedoor allow add --help`\n',
    })
  })
})
