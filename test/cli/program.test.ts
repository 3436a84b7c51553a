import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, policyOf, run, start } from './run.ts'

const { version } = JSON.parse(
  fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

describe('the program', () => {
  test('prints its version', async () => {
    expect(await start('/', ['--version']).ended).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    })
  })

  test('does as it does in these tests', async () => {
    const folder = makeFolder()
    const outcome = await start(folder, ['allow', 'add', '/a']).ended
    expect(outcome).toEqual(await run(makeFolder(), ['allow', 'add', '/a']))
    expect(policyOf(folder)).toEqual({ version: 1, allow: ['/a'] })
  })

  test('says that a password is lost where stdout takes nothing', async () => {
    const folder = makeFolder()
    expect(await run(folder, ['user', 'add', "o'brien", '-q'], { fullStdout: true })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'stagedoor: error: the password could not be shown, and is lost: stdout takes no more\n' +
        "stagedoor: hint: make another: `npx stagedoor user rotate 'o'\\''brien'`\n",
    })
    expect(await run(folder, ['user', 'list'], { fullStdout: true })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'stagedoor: error: cannot write the output: the disk is full\n',
    })
  })

  test('works in another folder', async () => {
    const folder = makeFolder()
    fs.mkdirSync(path.join(folder, 'my app'))
    const { code, stderr } = await run(folder, ['--cwd', 'my app', 'user', 'add', 'alice'])
    expect(code).toBe(0)
    expect(stderr).toContain("(run `npx stagedoor on --cwd 'my app'` to gate it too)")
    expect(fs.existsSync(path.join(folder, 'my app/.env.local'))).toBe(true)
  })
})

describe('a command line that is not understood', () => {
  test.each([
    [['stauts'], "unknown command 'stauts'", 'did you mean status? run `npx stagedoor --help`'],
    [['user', 'ad'], "unknown command 'ad'", 'did you mean add? run `npx stagedoor user --help`'],
    [
      ['user', 'add', 'a', '--password=hunter2'],
      "unknown option '--password'",
      'run `npx stagedoor user add --help`',
    ],
    [
      ['user', 'add', 'a', "--prompt=h\nunter'2"],
      "unknown option '--prompt'",
      'run `npx stagedoor user add --help`',
    ],
    [
      ['user', 'add', 'a', '-phunter2'],
      "unknown option '-p'",
      'run `npx stagedoor user add --help`',
    ],
    [['user', 'add'], "missing required argument 'name'", 'run `npx stagedoor user add --help`'],
    [
      ['user', 'add', 'a', 'b'],
      "too many arguments for 'add': expected 1 argument but got 2",
      'run `npx stagedoor user add --help`',
    ],
    [
      ['on', '--jsn'],
      "unknown option '--jsn'",
      'did you mean --json? run `npx stagedoor on --help`',
    ],
    [['on', '--to'], "option '--to <place>' argument missing", 'run `npx stagedoor on --help`'],
  ])('%j', async (args, message, hint) => {
    expect(await run('/', args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `stagedoor: error: ${message}\nstagedoor: hint: ${hint}\n`,
    })
  })

  test('without a command is answered with help, on stderr', async () => {
    for (const group of [[], ['user'], ['allow'], ['pass'], ['ip']]) {
      const help = await run('/', [...group, '--help'])
      expect(help).toMatchObject({ code: 0, stderr: '' })
      expect(await run('/', group)).toEqual({ code: 2, stdout: '', stderr: help.stdout })
    }
  })
})

describe('help', () => {
  const help = async (...args: string[]) => (await run('/', [...args, '--help'])).stdout
  const commands = [
    ['init'],
    ...['add', 'change', 'rotate', 'remove', 'list'].map((verb) => ['user', verb]),
    ...['add', 'remove', 'list'].map((verb) => ['allow', verb]),
    ['share'],
    ...['create', 'revoke', 'show'].map((verb) => ['pass', verb]),
    ...['add', 'remove', 'list'].map((verb) => ['ip', verb]),
    ...['on', 'off', 'open', 'close', 'move', 'status', 'check'].map((verb) => [verb]),
  ]

  test('fits on a screen', async () => {
    for (const args of [[], ['user'], ['allow'], ['pass'], ['ip'], ...commands]) {
      const lines = (await help(...args)).split('\n')
      expect([args, lines.length <= 40]).toEqual([args, true])
    }
  })

  test('has lines to paste, and the exit codes', async () => {
    for (const args of [['user'], ['allow'], ['pass'], ['ip'], ...commands]) {
      const text = await help(...args)
      expect(text).toMatch(/^Usage: .*\n\n[A-Z].*\.\n/)
      expect(text).toContain(`Examples:\n  npx stagedoor ${args.join(' ')}`)
      expect(text).toMatch(
        /Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.\n$/,
      )
    }
  })

  test('of the program', async () => {
    expect(await help()).toMatchInlineSnapshot(`
      "Usage: stagedoor [options] [command]

      Keep staging and preview deployments of Next.js apps private.

      Options:
        -V, --version                       print the version
        --cwd <dir>                         work in this folder
        --json                              print one JSON document, ask nothing
        --dry-run                           say what would be done, change nothing
        -y, --yes                           ask nothing
        -q, --quiet                         no talk: only data, warnings and errors
        -h, --help                          print help

      Commands:
        init                                put the gate into a Next.js app, with a first user
        user add|change|rotate|remove|list  who may sign in
        allow add|remove|list               what everybody may see
        share path rules...                 make a link that opens one page
        pass create|revoke|list|show        passes for machines; ending a pass or a link
        ip add|remove|list                  addresses that need no credentials
        on                                  gate every run
        off                                 gate no run
        open                                let everybody in
        close                               let in only who may
        move                                copy a whole policy from one place to another
        connect environments...             let environments read the store
        status                              show what is gated, and for whom
        doctor                              find what keeps the gate from doing its work
        check url                           ask a running site for what it must not give

      Examples:
        npx stagedoor init
        npx stagedoor user add alice
        npx stagedoor allow add 'POST /api/webhooks/**' --preset robots,manifest
        npx stagedoor status
        npx stagedoor check https://staging.example.com --user alice

      Data goes to stdout, talk to stderr.
      Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.
      "
    `)
  })

  test('of `user add`', async () => {
    expect(await help('user', 'add')).toMatchInlineSnapshot(`
      "Usage: stagedoor user add [options] <name>

      Add a user. Makes a password of 130 random bits and shows it once, or takes one.

      Options:
        --paths <rule>         let in only where this rule covers the path; repeat for more
        --roles <names>        roles, with commas between, for the app to ask about
        --expires <when>       12h, 7d, 4w, 2026-12-31 (to its end, UTC), or a date-time of RFC 3339
        --to <place>           file (.env.local), file:PATH, vercel:ENVIRONMENT, store or store:ID
                               (default: file)
        --git-branch <name>    with --to vercel:preview: the variables of this branch
        --create               with --to store: make the store where the project has none, and let
                               previews read it
        --password-stdin       take the password from stdin: all of it, less one line end
        --prompt               ask for the password twice, without showing it
        --allow-weak-password  take one of fewer than 12 characters
        -h, --help             print help

      Global Options:
        -V, --version          print the version
        --cwd <dir>            work in this folder
        --json                 print one JSON document, ask nothing
        --dry-run              say what would be done, change nothing
        -y, --yes              ask nothing
        -q, --quiet            no talk: only data, warnings and errors

      Examples:
        npx stagedoor user add alice
        npx stagedoor user add client --paths '/pricing/**' --expires 14d

      Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.
      "
    `)
  })

  test('of `allow add`', async () => {
    expect(await help('allow', 'add')).toMatchInlineSnapshot(`
      "Usage: stagedoor allow add [options] [rules...]

      Let everybody see what a rule covers.

      Options:
        --preset <names>     rules by name, with commas between
        --to <place>         file (.env.local), file:PATH, vercel:ENVIRONMENT, store or store:ID (default:
                             file)
        --git-branch <name>  with --to vercel:preview: the variables of this branch
        --create             with --to store: make the store where the project has none, and let previews
                             read it
        -h, --help           print help

      Global Options:
        -V, --version        print the version
        --cwd <dir>          work in this folder
        --json               print one JSON document, ask nothing
        --dry-run            say what would be done, change nothing
        -y, --yes            ask nothing
        -q, --quiet          no talk: only data, warnings and errors

      A rule is [METHOD[,METHOD] ]PATTERN; * matches within a segment, ** any number of segments.
      Quote it, or the shell may take * for itself.

      Presets:
        webhooks    POST /api/webhooks/** /api/webhook/**
        manifest    GET,HEAD /manifest.webmanifest /manifest.json /site.webmanifest
        well-known  GET,HEAD /.well-known/**
        robots      GET,HEAD /robots.txt
        health      GET,HEAD /api/health /api/healthz /health /healthz
        preflight   OPTIONS /api/**
        assets      GET,HEAD /favicon.ico /icon /icon.* /apple-icon /apple-icon.* /apple-touch-icon.png /apple-touch-icon-*.png

      Examples:
        npx stagedoor allow add 'POST /api/webhooks/**'
        npx stagedoor allow add --preset robots,manifest

      Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.
      "
    `)
  })

  test('of `share`', async () => {
    expect(await help('share')).toMatchInlineSnapshot(`
      "Usage: stagedoor share [options] <path> [rules...]

      Print a link that opens one page for whoever has it, until it ends.

      Options:
        --expires <when>     12h, 7d, 4w, 2026-12-31 (to its end, UTC), or a date-time of RFC 3339; 366d
                             at most (default: 7d)
        --url <url>          where the site is, with its base path if it has one
        --name <label>       what the log calls it (default: the path)
        --no-files           open no files of public but those that rules name
        --to <place>         file (.env.local), file:PATH, vercel:ENVIRONMENT, store or store:ID (default:
                             file)
        --git-branch <name>  with --to vercel:preview: the variables of this branch
        -h, --help           print help

      Global Options:
        -V, --version        print the version
        --cwd <dir>          work in this folder
        --json               print one JSON document, ask nothing
        --dry-run            say what would be done, change nothing
        -y, --yes            ask nothing
        -q, --quiet          no talk: only data, warnings and errors

      The path is the page to open, as in the app, with a query perhaps; /** at its end opens what is
      below too. Rules after it open more, such as data that the page fetches. The images, fonts, styles
      and scripts in \`public\` of the app in this folder are opened with it, and so are its icons.
      Signed with STAGEDOOR_SECRET, which is made where there is none.

      Examples:
        npx stagedoor share /pricing --url https://staging.example.com
        npx stagedoor share '/products/**' 'GET /api/products/**' --expires 2w

      Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.
      "
    `)
  })

  test('of `pass create`', async () => {
    expect(await help('pass', 'create')).toMatchInlineSnapshot(`
      "Usage: stagedoor pass create [options] <name>

      Make a pass for a machine, such as tests or a monitor, and show it once.

      Options:
        --paths <rule>       let in only where this rule covers the path; repeat for more (default:
                             everywhere)
        --roles <names>      roles, with commas between, for the app to ask about
        --expires <when>     12h, 7d, 4w, 2026-12-31 (to its end, UTC), or a date-time of RFC 3339; 366d
                             at most (default: 90d)
        --to <place>         file (.env.local), file:PATH, vercel:ENVIRONMENT, store or store:ID (default:
                             file)
        --git-branch <name>  with --to vercel:preview: the variables of this branch
        -h, --help           print help

      Global Options:
        -V, --version        print the version
        --cwd <dir>          work in this folder
        --json               print one JSON document, ask nothing
        --dry-run            say what would be done, change nothing
        -y, --yes            ask nothing
        -q, --quiet          no talk: only data, warnings and errors

      It goes with each request, as \`x-stagedoor-pass: PASS\` or \`Authorization: Bearer PASS\`.
      Signed with STAGEDOOR_SECRET, which is made where there is none.

      Examples:
        npx stagedoor pass create ci
        npx stagedoor pass create monitor --paths 'GET /api/health' --expires 366d

      Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.
      "
    `)
  })

  test('of `init`', async () => {
    expect(await help('init')).toMatchInlineSnapshot(`
      "Usage: stagedoor init [options]

      Write the gate where this Next.js looks for it, make the secret, and a first user.

      Options:
        --store [client]  hand the gate a store of Vercel, and install its client (default: the one that
                          the app uses) (choices: "edge-config", "global-config")
        --no-install      with --store: install nothing, say how
        --user <name>     make this user (default: staging, if nobody can sign in yet)
        --no-user         make no user
        --diff            show what would change, change nothing
        --force           replace a gate that was edited or is of another version; take a Next.js with a
                          known bypass
        -h, --help        print help

      Global Options:
        -V, --version     print the version
        --cwd <dir>       work in this folder
        --json            print one JSON document, ask nothing
        --dry-run         say what would be done, change nothing
        -y, --yes         ask nothing
        -q, --quiet       no talk: only data, warnings and errors

      Examples:
        npx stagedoor init
        npx stagedoor init --diff
        npx stagedoor init --user alice
        npx stagedoor init --store

      Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.
      "
    `)
  })

  test('is there for who asks with `help`', async () => {
    expect(await run('/', ['help'])).toEqual({ code: 0, stdout: await help(), stderr: '' })
    const user = await help('user')
    expect(await run('/', ['help', 'user'])).toEqual({ code: 0, stdout: user, stderr: '' })
    const add = await help('user', 'add')
    expect((await run('/', ['help', 'user', 'add'])).stdout).toBe(add)
    expect(await run('/', ['help', 'usr'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "stagedoor: error: unknown command 'usr'\n" +
        'stagedoor: hint: did you mean user? run `npx stagedoor --help`\n',
    })
    const folder = makeFolder()
    await run(folder, ['help', 'allow', 'add', '/a'])
    await run(folder, ['help', '--cwd', folder, 'on'])
    expect(fs.readdirSync(folder)).toEqual([])
  })
})
