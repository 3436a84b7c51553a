/** What all commands share: options, the end of their help, and how they are run. */
import fs from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'
import { CliError, EXIT, EXIT_CODES } from './errors.ts'
import type { CommonOptions, Io, PlaceOptions } from './io.ts'

/** A command in words: what it does, and lines that can be pasted. */
export interface Description {
  /** Its line in the list of commands. */
  summary: string
  does: string
  examples: string[]
  notes?: string
}

/** Options that every command takes, wherever on the line they stand. */
export function addCommonOptions(root: Command): void {
  root
    .option('--cwd <dir>', 'work in this folder')
    .option('--json', 'print one JSON document, ask nothing')
    .option('--dry-run', 'say what would be done, change nothing')
    .option('-y, --yes', 'ask nothing')
    .option('-q, --quiet', 'no talk: only data, warnings and errors')
}

/** Adds a command. `usage` is its name and arguments, as commander reads them. */
export function addCommand(
  parent: Command,
  usage: string,
  { summary, does, examples, notes }: Description,
): Command {
  const lines = examples.map((line) => `  ${line}`)
  const end = ['', ...(notes ? [notes, ''] : []), 'Examples:', ...lines, '', EXIT_CODES].join('\n')
  return parent.command(usage).summary(summary).description(does).addHelpText('after', end)
}

/** As {@link readPlaced}, for a command that writes too. */
export function placed(command: Command, otherwise?: string): Command {
  return readPlaced(command, otherwise).option(
    '--create',
    'with --to store: make the store where the project has none, and let previews read it',
  )
}

/**
 * The options that say where a command reads.
 *
 * @param otherwise where, without the option
 */
export function readPlaced(command: Command, otherwise = 'file'): Command {
  return command
    .addOption(
      new Option(
        '--to <place>',
        `file (.env.local), file:PATH, vercel:ENVIRONMENT, store or store:ID (default: ${otherwise})`,
      ).argParser(String),
    )
    .option('--git-branch <name>', 'with --to vercel:preview: the variables of this branch')
}

// Not as commander's defaults: its help would print each.
const NOTHING = { json: false, dryRun: false, yes: false, quiet: false }

/** Lets a command do its work, in the folder of `--cwd`. */
export function run<Args extends unknown[]>(
  command: Command,
  io: Io,
  action: (io: Io, options: PlaceOptions & Record<string, unknown>, ...args: Args) => Promise<void>,
): void {
  command.action(async (...given: unknown[]) => {
    const options = {
      ...NOTHING,
      ...command.optsWithGlobals<PlaceOptions & Record<string, unknown>>(),
    }
    // After the arguments commander hands over the options and the command.
    await action({ ...io, cwd: folderOf(io, options) }, options, ...(given.slice(0, -2) as Args))
  })
}

/** A command in the list of commands: `user add|rotate`. */
export function commandTerm(command: Command): string {
  const inner = command.commands.map((candidate) => candidate.name()).join('|')
  const args = command.registeredArguments.map((argument) => {
    return argument.variadic ? `${argument.name()}...` : argument.name()
  })
  return [command.name(), ...(inner ? [inner] : []), ...args].join(' ')
}

/** For options that may be repeated; `false` where one like `--no-roles` came before. */
export function collect(value: string, before: string[] | false = []): string[] {
  return [...(before || []), value]
}

function folderOf(io: Io, { cwd }: CommonOptions): string {
  const folder = path.resolve(io.cwd, cwd ?? '.')
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  throw new CliError(`there is no folder '${cwd}'`, {
    hint: 'make it, or name another with --cwd',
    exitCode: EXIT.misused,
  })
}
