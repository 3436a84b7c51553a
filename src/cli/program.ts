/** The commands, their options and their help. No logic: each reads options and calls a function. */
import { Command } from 'commander'
import { addAllow } from './allow-command.ts'
import { addCommand, addCommonOptions, commandTerm, placed, run } from './command.ts'
import type { Io } from './io.ts'
import { addUser } from './user-command.ts'

const ROOT_HELP = `
Examples:
  stagedoor init
  stagedoor user add alice
  stagedoor allow add '/api/webhooks/**' --preset robots,manifest
  stagedoor status

Data goes to stdout, talk to stderr.
Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.`

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
  addSwitches(root, io)
  addStatus(root, io)
  return root
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
    examples: ['stagedoor init', 'stagedoor init --diff', 'stagedoor init --user alice'],
  })
    .option(
      '--user <name>',
      'name of the first user (default: staging, where nobody can sign in yet)',
    )
    .option('--no-user', 'make no user')
    .option('--diff', 'show what would change, change nothing')
    .option('--force', 'overwrite a gate that was edited; take a Next.js with a known bypass')
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
    const command = addCommand(root, value, { summary, does, examples: [`stagedoor ${value}`] })
    run(placed(command), io, async (io, options) => {
      return (await import('./commands/switch.ts')).setSwitch(value, options, io)
    })
  }
  for (const verb of ['open', 'close'] as const) {
    const [summary, does] = DOORS[verb]
    const command = addCommand(root, verb, { summary, does, examples: [`stagedoor ${verb}`] })
    run(placed(command), io, async (io, options) => {
      return (await import('./commands/switch.ts')).setOpen(verb === 'open', options, io)
    })
  }
}

function addStatus(root: Command, io: Io): void {
  const status = addCommand(root, 'status', {
    summary: 'show what is gated, and for whom',
    does: 'Show which runs are gated, who may sign in, and what everybody may see.',
    examples: ['stagedoor status', 'stagedoor status --json'],
  })
  run(placed(status), io, async (io, options) =>
    (await import('./commands/status.ts')).status(options, io),
  )
}
