/** The commands, their options and their help. No logic: each reads options and calls a function. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { addAllow } from './allow-command.ts'
import {
  addCommand,
  addCommonOptions,
  collect,
  commandTerm,
  placed,
  readPlaced,
  run,
} from './command.ts'
import { EXIT_CODES } from './errors.ts'
import type { Io } from './io.ts'
import { addIp } from './ip-command.ts'
import { addPass, addShare } from './pass-command.ts'
import { addUser } from './user-command.ts'

const ROOT_HELP = `
Examples:
  npx stagedoor init
  npx stagedoor user add alice
  npx stagedoor allow add 'POST /api/webhooks/**' --preset robots,manifest
  npx stagedoor status
  npx stagedoor check https://staging.example.com --user alice

Data goes to stdout, talk to stderr.
${EXIT_CODES}`

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
  addMove(root, io)
  addConnect(root, io)
  addStatus(root, io)
  addDoctor(root, io)
  addCheck(root, io)
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
      'npx stagedoor init --store',
    ],
  })
    .addOption(
      new Option(
        '--store [client]',
        'hand the gate a store of Vercel, and install its client (default: the one that the app uses)',
      ).choices(['edge-config', 'global-config']),
    )
    .option('--no-install', 'with --store: install nothing, say how')
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

function addMove(root: Command, io: Io): void {
  const move = addCommand(root, 'move', {
    summary: 'copy a whole policy from one place to another',
    does: 'Replace the policy of one place with that of another, and show first what changes.',
    examples: [
      'npx stagedoor move --from file --to store',
      'npx stagedoor move --from file --to vercel:preview',
      'npx stagedoor move --from vercel:preview --to vercel:production --dry-run',
    ],
    notes: `STAGEDOOR_SECRET goes along to where there is none. The first place keeps its own policy.`,
  })
    .option('--from <place>', 'where the policy is')
    .option('--sensitive', 'with --to vercel:ENVIRONMENT: as a Secret, which nobody can read back')
  run(placed(move, 'none'), io, async (io, options) =>
    (await import('./commands/move.ts')).move(options, io),
  )
}

function addConnect(root: Command, io: Io): void {
  const connect = addCommand(root, 'connect <environments...>', {
    summary: 'let environments read the store',
    does: 'Let environments of the project on Vercel read the store, from their next deployment on.',
    examples: ['npx stagedoor connect staging', 'npx stagedoor connect preview staging --create'],
    notes:
      'An environment without STAGEDOOR_SECRET gets that of this machine. No policy is changed.',
  })
    .option('--to <place>', 'store, or store:ID (default: store)')
    .option('--create', 'make the store, where the project has none')
  run(connect, io, async (io, options, environments: string[]) =>
    (await import('./commands/connect.ts')).connectStore(environments, options, io),
  )
}

function addStatus(root: Command, io: Io): void {
  const status = addCommand(root, 'status', {
    summary: 'show what is gated, and for whom',
    does: 'Show which runs and environments are gated, who may sign in, and what everybody may see.',
    examples: [
      'npx stagedoor status',
      'npx stagedoor status --to vercel:preview',
      'npx stagedoor status --json',
    ],
    notes: `Without --to all places are looked at: this machine, the project on Vercel, and the store.`,
  })
  run(readPlaced(status, 'all of them'), io, async (io, options) =>
    (await import('./commands/status.ts')).status(options, io),
  )
}

/** Requests that `check` sends at most, unless told otherwise. */
const MOST_REQUESTS = 600

function addCheck(root: Command, io: Io): void {
  const check = addCommand(root, 'check <url>', {
    summary: 'ask a running site for what it must not give',
    does: 'Ask a running site, from outside, for all that it must not give, and tell what it gave.',
    examples: [
      'npx stagedoor check https://staging.example.com',
      "npx stagedoor check https://staging.example.com --user alice --allow '/robots.txt'",
      'npx stagedoor check http://localhost:3000 --user alice --password-stdin < password.txt',
    ],
    notes: `Works on any site, whatever keeps it private. Sends GET, HEAD and OPTIONS to that host alone.
With --user it looks from inside too, and so knows what there is to ask for.`,
  })
    .option('--user <name>', 'look from inside too, as this user; asks for the password')
    .option('--password-stdin', 'take the password from stdin: all of it, less one line end')
    .option('--allow <rule>', 'open on purpose, as in `allow add`; repeat for more', collect)
    .addOption(
      new Option('--max-requests <number>', `send no more (default: ${MOST_REQUESTS})`).argParser(
        readCount,
      ),
    )
    .option('--sarif', 'print a SARIF 2.1.0 document, for code scanning')
  run(check, io, async (io, options, url: string) => {
    const { maxRequests = MOST_REQUESTS } = options as { maxRequests?: number }
    await (await import('./commands/check.ts')).check(url, { ...options, maxRequests }, io)
  })
}

// 10: fewer say nothing. 10,000: more is a load test.
function readCount(text: string): number {
  const count = Number(text)
  if (/^\d{1,5}$/.test(text) && count >= 10 && count <= 10_000) return count
  throw new InvalidArgumentError('give a number from 10 to 10000')
}

function addDoctor(root: Command, io: Io): void {
  const doctor = addCommand(root, 'doctor', {
    summary: 'find what keeps the gate from doing its work',
    does: 'Read the project, without running it, and tell what would let somebody past the gate.',
    examples: [
      'npx stagedoor doctor',
      'npx stagedoor doctor --strict',
      'npx stagedoor doctor --json',
    ],
    notes: 'Exits with 1 where there is an error; notes and warnings are none without --strict.',
  })
    .option('--strict', 'take a warning for an error')
    .option('--vercel', 'ask Vercel too, whether production has the secret of other environments')
  run(doctor, io, async (io, options) => (await import('./commands/doctor.ts')).doctor(options, io))
}
