/** `stagedoor user`: its commands, options and help. */
import type { Command } from 'commander'
import { addCommand, collect, placed, readPlaced, run } from './command.ts'
import type { Io } from './io.ts'

export function addUser(root: Command, io: Io): void {
  const user = addCommand(root, 'user', {
    summary: 'who may sign in',
    does: 'Set who may sign in, where, and for how long.',
    examples: ['npx stagedoor user add alice', 'npx stagedoor user list'],
  }).helpCommand(false)
  const add = addCommand(user, 'add <name>', {
    summary: 'add a user, and show the new password once',
    does: 'Add a user. Makes a password of 130 random bits and shows it once, or takes one.',
    examples: [
      'npx stagedoor user add alice',
      "npx stagedoor user add client --paths '/pricing/**' --expires 14d",
    ],
  })
    .option(
      '--paths <rule>',
      'let in only where this rule covers the path; repeat for more',
      collect,
    )
    .option('--roles <names>', 'roles, with commas between, for the app to ask about', collect)
    .option(
      '--expires <when>',
      '12h, 7d, 4w, 2026-12-31 (to its end, UTC), or a date-time of RFC 3339',
    )
  run(withPassword(placed(add)), io, async (io, options, name: string) => {
    return (await import('./commands/user.ts')).userAdd(name, options, io)
  })
  addChange(user, io)
  const rotate = addCommand(user, 'rotate <name>', {
    summary: 'give a user a new password',
    does: 'Give a user a new password. Paths, roles and end stay.',
    examples: ['npx stagedoor user rotate alice', 'npx stagedoor user rotate client --expires 14d'],
  }).option('--expires <when>', 'a new end, as for `user add`, or never')
  run(withPassword(placed(rotate)), io, async (io, options, name: string) => {
    return (await import('./commands/user.ts')).userRotate(name, options, io)
  })
  const remove = addCommand(user, 'remove <name>', {
    summary: 'remove a user',
    does: 'Remove a user. Asks first, on a terminal.',
    examples: ['npx stagedoor user remove alice', 'npx stagedoor user remove alice --yes'],
  })
  run(placed(remove), io, async (io, options, name: string) => {
    return (await import('./commands/user.ts')).userRemove(name, options, io)
  })
  const list = addCommand(user, 'list', {
    summary: 'list users',
    does: 'List the users, and never what their passwords are checked against.',
    examples: ['npx stagedoor user list', 'npx stagedoor user list --json'],
  })
  run(readPlaced(list), io, async (io, options) =>
    (await import('./commands/user-list.ts')).userList(options, io),
  )
}

function addChange(user: Command, io: Io): void {
  const change = addCommand(user, 'change <name>', {
    summary: 'change what a user may see, and for how long',
    does: 'Change what a user may see and do, and for how long. The password stays.',
    examples: [
      "npx stagedoor user change client --paths '/pricing/**' --paths '/images/**'",
      'npx stagedoor user change client --expires 30d',
    ],
  })
    .option('--paths <rule>', 'in place of the old ones; repeat for more', collect)
    .option('--everything', 'let in everywhere')
    .option('--roles <names>', 'in place of the old ones, with commas between', collect)
    .option('--no-roles', 'take all roles away')
    .option('--expires <when>', 'a new end, as for `user add`, or never')
  run(placed(change), io, async (io, options, name: string) => {
    return (await import('./commands/user-change.ts')).userChange(name, options, io)
  })
}

function withPassword(command: Command): Command {
  return command
    .option('--password-stdin', 'take the password from stdin: all of it, less one line end')
    .option('--prompt', 'ask for the password twice, without showing it')
    .option('--allow-weak-password', 'take one of fewer than 12 characters')
}
