import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, makeFolder, policyOf, readEnvLocal, run, start } from './run.ts'

const { version } = JSON.parse(
  fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

/** The real program in a shell's hands. */
function shell(
  cwd: string,
  line: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    S: `"${process.execPath}" "${BIN}"`,
  }
  return new Promise((resolve) => {
    const command = line.replaceAll('stagedoor', env.S)
    execFile('bash', ['-c', command], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

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

  test.runIf(fs.existsSync('/dev/full'))(
    'says that a password is lost where stdout takes nothing',
    async () => {
      const folder = makeFolder()
      expect(await shell(folder, 'stagedoor user add alice -q > /dev/full')).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'stagedoor: error: the password could not be shown, and is lost: stdout takes no more\n' +
          'stagedoor: hint: make another: `stagedoor user rotate alice`\n',
      })
      expect(await shell(folder, 'stagedoor user list > /dev/full')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'stagedoor: error: cannot write the output: the disk is full\n',
      })
    },
  )

  test('ends quietly where its reader went away', async () => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'alice'])
    const line = 'set -o pipefail; (sleep 0.2; stagedoor user list) | true'
    expect(await shell(folder, line)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('leaves the old file where there is no room for the new one', async () => {
    const folder = makeFolder({ '.env.local': 'A=1\n' })
    expect(await shell(folder, 'ulimit -f 0; stagedoor on')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'stagedoor: error: cannot write .env.local: it would be larger than allowed here\n',
    })
    expect(readEnvLocal(folder)).toBe('A=1\n')
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })

  test('works in another folder', async () => {
    const folder = makeFolder()
    fs.mkdirSync(path.join(folder, 'my app'))
    const { code, stderr } = await run(folder, ['--cwd', 'my app', 'user', 'add', 'alice'])
    expect(code).toBe(0)
    expect(stderr).toContain("(run `stagedoor on --cwd 'my app'` to gate it too)")
    expect(fs.existsSync(path.join(folder, 'my app/.env.local'))).toBe(true)
  })
})

describe('a command line that is not understood', () => {
  test.each([
    [['stauts'], "unknown command 'stauts'", 'did you mean status? run `stagedoor --help`'],
    [['user', 'ad'], "unknown command 'ad'", 'did you mean add? run `stagedoor user --help`'],
    [['user', 'add'], "missing required argument 'name'", 'run `stagedoor user add --help`'],
    [
      ['user', 'add', 'a', 'b'],
      "too many arguments for 'add': expected 1 argument but got 2",
      'run `stagedoor user add --help`',
    ],
    [['on', '--jsn'], "unknown option '--jsn'", 'did you mean --json? run `stagedoor on --help`'],
    [['on', '--to'], "option '--to <place>' argument missing", 'run `stagedoor on --help`'],
  ])('%j', async (args, message, hint) => {
    expect(await run('/', args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `stagedoor: error: ${message}\nstagedoor: hint: ${hint}\n`,
    })
  })

  test('without a command is answered with help, on stderr', async () => {
    for (const group of [[], ['user'], ['allow']]) {
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
    ...['add', 'rotate', 'remove', 'list'].map((verb) => ['user', verb]),
    ...['add', 'remove', 'list'].map((verb) => ['allow', verb]),
    ...['on', 'off', 'open', 'close', 'status'].map((verb) => [verb]),
  ]

  test('fits on a screen', async () => {
    for (const args of [[], ['user'], ['allow'], ...commands]) {
      const lines = (await help(...args)).split('\n')
      expect([args, lines.length <= 40]).toEqual([args, true])
    }
  })

  test('has lines to paste, and the exit codes', async () => {
    for (const args of commands) {
      const text = await help(...args)
      expect(text).toContain(`Examples:\n  stagedoor ${args.join(' ')}`)
      expect(text).toMatch(/Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted.\n$/)
    }
  })

  test('of the program', async () => {
    expect(await help()).toMatchInlineSnapshot(`
      "Usage: stagedoor [options] [command]

      Keep staging and preview deployments of Next.js apps private.

      Options:
        -V, --version                print the version
        --cwd <dir>                  work in this folder
        --json                       print one JSON document, ask nothing
        --dry-run                    say what would be done, change nothing
        -y, --yes                    ask nothing
        -q, --quiet                  no talk: only data, warnings and errors
        -h, --help                   print help

      Commands:
        init                         put the gate into a Next.js app, with a first user
        user add|rotate|remove|list  who may sign in
        allow add|remove|list        what everybody may see
        on                           gate every run
        off                          gate no run
        open                         let everybody in
        close                        let in only who may
        status                       show what is gated, and for whom

      Examples:
        stagedoor init
        stagedoor user add alice
        stagedoor allow add '/api/webhooks/**' --preset robots,manifest
        stagedoor status

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
        --roles <names>        roles, with commas between
        --expires <when>       12h, 7d, 4w, 2026-12-31 (to its end, UTC), or a date-time of RFC 3339
        --to <place>           file (.env.local) or file:PATH (default: file)
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
        stagedoor user add alice
        stagedoor user add client --paths '/pricing/**' --expires 14d

      Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted.
      "
    `)
  })

  test('of `allow add`', async () => {
    expect(await help('allow', 'add')).toMatchInlineSnapshot(`
      "Usage: stagedoor allow add [options] [rules...]

      Let everybody see what a rule covers.

      Options:
        --preset <names>  rules by name, with commas between
        --to <place>      file (.env.local) or file:PATH (default: file)
        -h, --help        print help

      Global Options:
        -V, --version     print the version
        --cwd <dir>       work in this folder
        --json            print one JSON document, ask nothing
        --dry-run         say what would be done, change nothing
        -y, --yes         ask nothing
        -q, --quiet       no talk: only data, warnings and errors

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
        stagedoor allow add '/api/webhooks/**'
        stagedoor allow add --preset robots,manifest

      Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted.
      "
    `)
  })

  test('of `on`', async () => {
    expect(await help('on')).toMatchInlineSnapshot(`
      "Usage: stagedoor on [options]

      Gate every run that reads the place: sets STAGEDOOR=on.

      Options:
        --to <place>   file (.env.local) or file:PATH (default: file)
        -h, --help     print help

      Global Options:
        -V, --version  print the version
        --cwd <dir>    work in this folder
        --json         print one JSON document, ask nothing
        --dry-run      say what would be done, change nothing
        -y, --yes      ask nothing
        -q, --quiet    no talk: only data, warnings and errors

      Examples:
        stagedoor on

      Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted.
      "
    `)
  })
})
