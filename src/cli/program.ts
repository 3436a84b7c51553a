/** The commands, their options and their help. No logic: each reads options and calls a function. */
import { Command } from 'commander'
import { addAllow } from './allow-command.ts'
import { addCommand, addCommonOptions, commandTerm, placed, run } from './command.ts'
import type { Io } from './io.ts'
import { addIp } from './ip-command.ts'
import { addPass, addShare } from './pass-command.ts'
import { addUser } from './user-command.ts'

const ROOT_HELP = `
Examples:
  npx stagedoor init
  npx stagedoor user add alice
  npx stagedoor allow add 'POST /api/webhooks/**' --preset robots,manifest
  npx stagedoor share /pricing --expires 7d --url https://staging.example.com
  npx stagedoor pass create ci
  npx stagedoor status

Data goes to stdout, talk to stderr.
Exit codes: 0 done, 1 failed, 2 misused, 130 interrupted.`

/** Builds the program. Parsing throws instead of exiting. */
export function program(io: Io, version: string): Command {
  const root = new Command('stagedoor')
    .description('Keep staging and preview deployments of Next.js apps private.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Said by `main`, in the words of every other error.
      outputError: () => {},
    })
    .configureHelp({ showGlobalOptions: true, helpWidth: 100, subcommandTerm: commandTerm })
    .addHelpText('after', ROOT_HELP)
  addCommonOptions(root)
  addInit(root, io)
  addUser(root, io)
  addAllow(root, io)
  addShare(root, io)
  addPass(root, io)
  addIp(root, io)
  addSwitches(root, io)
  addStatus(root, io)
  return root
}

/** `help user` is `user --help`. Whatever else is on such a line, nothing is done but to help. */
export function helpAsked(root: Command, argv: string[]): string[] {
  const [first, ...words] = argv
  if (first !== 'help') return argv
  const [name = ''] = words
  const unknown = /^[^-]/.test(name) && commandOf(root, [name]) === root.name()
  return unknown ? [name] : [...words, '--help']
}

/** The innermost command that a command line names, in full: for hints. */
export function commandOf(root: Command, argv: string[]): string {
  let command = root
  const names = [root.name()]
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word)
    if (!next) continue
    command = next
    names.push(word)
  }
  return names.join(' ')
}

function addInit(root: Command, io: Io): void {
  const init = addCommand(root, 'init', {
    summary: 'put the gate into a Next.js app, with a first user',
    does: 'Write the gate where this Next.js looks for it, make the secret, and a first user.',
    examples: [
      'npx stagedoor init',
      'npx stagedoor init --diff',
      'npx stagedoor init --user alice',
    ],
  })
    .option('--user <name>', 'make this user (default: staging, if nobody can sign in yet)')
    .option('--no-user', 'make no user')
    .option('--diff', 'show what would change, change nothing')
    .option(
      '--force',
      'replace a gate that was edited or is of another version; take a Next.js with a known bypass',
    )
  run(init, io, async (io, options) => (await import('./commands/init.ts')).init(options, io))
}

const SWITCHES = {
  on: ['gate every run', 'Gate every run that reads the place: sets STAGEDOOR=on.'],
  off: [
    'gate no run',
    'Gate no run that reads the place: sets STAGEDOOR=off. Asks first, on a terminal.',
  ],
} as const

const DOORS = {
  open: [
    'let everybody in',
    'Let everybody in: sets `open` in the policy. Asks first, on a terminal.',
  ],
  close: ['let in only who may', 'Let in only who may: takes `open` back.'],
} as const

function addSwitches(root: Command, io: Io): void {
  for (const value of ['on', 'off'] as const) {
    const [summary, does] = SWITCHES[value]
    const command = addCommand(root, value, { summary, does, examples: [`npx stagedoor ${value}`] })
    run(placed(command), io, async (io, options) => {
      return (await import('./commands/switch.ts')).setSwitch(value, options, io)
    })
  }
  for (const verb of ['open', 'close'] as const) {
    const [summary, does] = DOORS[verb]
    const command = addCommand(root, verb, { summary, does, examples: [`npx stagedoor ${verb}`] })
    run(placed(command), io, async (io, options) => {
      return (await import('./commands/switch.ts')).setOpen(verb === 'open', options, io)
    })
  }
}

function addStatus(root: Command, io: Io): void {
  const status = addCommand(root, 'status', {
    summary: 'show what is gated, and for whom',
    does: 'Show which runs are gated, who may sign in, and what everybody may see.',
    examples: ['npx stagedoor status', 'npx stagedoor status --json'],
  })
  run(placed(status), io, async (io, options) =>
    (await import('./commands/status.ts')).status(options, io),
  )
}
