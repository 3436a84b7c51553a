/** `stagedoor share` and `stagedoor pass`: their options and help. */
import type { Command } from 'commander'
import { addCommand, collect, placed, readPlaced, run } from './command.ts'
import type { Io } from './io.ts'

const WHEN = '12h, 7d, 4w, 2026-12-31 (to its end, UTC), or a date-time of RFC 3339'

export function addShare(root: Command, io: Io): void {
  const share = addCommand(root, 'share <path> [rules...]', {
    summary: 'make a link that opens one page',
    does: 'Print a link that opens one page for whoever has it, until it ends.',
    examples: [
      'npx stagedoor share /pricing --url https://staging.example.com',
      "npx stagedoor share '/products/**' 'GET /api/products/**' --expires 2w",
    ],
    notes: `The path is the page to open, as in the app, with a query perhaps; /** at its end opens what is
below too. Rules after it open more, such as data that the page fetches. The images, fonts, styles
and scripts in \`public\` of the app in this folder are opened with it, and so are its icons.
Signed with STAGEDOOR_SECRET, which is made where there is none.`,
  })
    .option('--expires <when>', `${WHEN}; 366d at most (default: 7d)`)
    .option('--url <url>', 'where the site is, with its base path if it has one')
    .option('--name <label>', 'what the log calls it (default: the path)')
    .option('--no-files', 'open no files of public but those that rules name')
  run(readPlaced(share), io, async (io, options, page: string, rules: string[]) => {
    return (await import('./commands/share.ts')).share(page, rules, options, io)
  })
}

export function addPass(root: Command, io: Io): void {
  const pass = addCommand(root, 'pass', {
    summary: 'passes for machines; ending a pass or a link',
    does: 'Make passes for machines, and end passes and links before their time.',
    examples: ['npx stagedoor pass create ci', 'npx stagedoor pass revoke 3q2-7wAAbb1Cc2Dd'],
  }).helpCommand(false)
  addCreate(pass, io)
  const revoke = addCommand(pass, 'revoke <id>', {
    summary: 'end a pass, a link or a session',
    does: 'End a pass, a link or a session: puts its id into the policy.',
    examples: [
      'npx stagedoor pass revoke 3q2-7wAAbb1Cc2Dd',
      "npx stagedoor pass revoke 'alice.t5x4w0'",
      'npx stagedoor pass revoke --undo 3q2-7wAAbb1Cc2Dd',
    ],
    notes: 'The id was told when it was made; `pass show` tells it again.',
  })
    .option('--undo', 'take the id out again')
    .option('--force', 'take one that does not look like an id')
  run(placed(revoke), io, async (io, options, id: string) => {
    return (await import('./commands/pass-revoke.ts')).passRevoke(id, options, io)
  })
  const list = addCommand(pass, 'list', {
    summary: 'list the ids that are revoked',
    does: 'List the ids that are revoked, one a line. Nothing is stored of other passes and links.',
    examples: ['npx stagedoor pass list', 'npx stagedoor pass list --json'],
  })
  run(readPlaced(list), io, async (io, options) => {
    return (await import('./commands/pass-revoke.ts')).passList(options, io)
  })
  const show = addCommand(pass, 'show', {
    summary: 'tell what a pass is, and whether it is good',
    does: 'Read a pass or a link from stdin, and tell what it is, and whether it is good.',
    examples: ['npx stagedoor pass show < pass.txt', 'npx stagedoor pass show --json < pass.txt'],
    notes:
      'On a terminal it asks, and shows nothing of what is typed. Ends with 1 for one that is not good.',
    // Refused in words of its own.
  }).allowExcessArguments()
  run(readPlaced(show), io, async (io, options) => {
    return (await import('./commands/pass-show.ts')).passShow(show.args, options, io)
  })
}

function addCreate(pass: Command, io: Io): void {
  const create = addCommand(pass, 'create <name>', {
    summary: 'make a pass for a machine, and show it once',
    does: 'Make a pass for a machine, such as tests or a monitor, and show it once.',
    examples: [
      'npx stagedoor pass create ci',
      "npx stagedoor pass create monitor --paths 'GET /api/health' --expires 366d",
    ],
    notes: `It goes with each request, as \`x-stagedoor-pass: PASS\` or \`Authorization: Bearer PASS\`.
Signed with STAGEDOOR_SECRET, which is made where there is none.`,
  })
    .option(
      '--paths <rule>',
      'let in only where this rule covers the path; repeat for more (default: everywhere)',
      collect,
    )
    .option('--roles <names>', 'roles, with commas between, for the app to ask about', collect)
    .option('--expires <when>', `${WHEN}; 366d at most (default: 90d)`)
  run(readPlaced(create), io, async (io, options, name: string) => {
    return (await import('./commands/pass.ts')).passCreate(name, options, io)
  })
}
