/** `stagedoor allow`: its commands, options and help. */
import type { Command } from 'commander'
import { addCommand, collect, placed, readPlaced, run } from './command.ts'
import type { Io } from './io.ts'
import { presetHelp } from './presets.ts'

export function addAllow(root: Command, io: Io): void {
  const allow = addCommand(root, 'allow', {
    summary: 'what everybody may see',
    does: 'Set what everybody may see, without signing in.',
    examples: ["npx stagedoor allow add 'POST /api/webhooks/**'", 'npx stagedoor allow list'],
  }).helpCommand(false)
  const notes = `A rule is [METHOD[,METHOD] ]PATTERN; * matches within a segment, ** any number of segments.
Quote it, or the shell may take * for itself.

Presets:
${presetHelp()}`
  const add = addCommand(allow, 'add [rules...]', {
    summary: 'add rules',
    does: 'Let everybody see what a rule covers.',
    examples: [
      "npx stagedoor allow add 'POST /api/webhooks/**'",
      'npx stagedoor allow add --preset robots,manifest',
    ],
    notes,
  }).option('--preset <names>', 'rules by name, with commas between', collect)
  run(placed(add), io, async (io, options, rules: string[]) => {
    return (await import('./commands/allow.ts')).allowAdd(rules, options, io)
  })
  const remove = addCommand(allow, 'remove [rules...]', {
    summary: 'take rules away',
    does: 'Take rules away, all that are named or none.',
    examples: [
      "npx stagedoor allow remove 'POST /api/webhooks/**'",
      'npx stagedoor allow remove --preset robots',
    ],
  }).option('--preset <names>', 'rules by name, with commas between', collect)
  run(placed(remove), io, async (io, options, rules: string[]) => {
    return (await import('./commands/allow.ts')).allowRemove(rules, options, io)
  })
  const list = addCommand(allow, 'list', {
    summary: 'list rules',
    does: 'List the rules, one a line.',
    examples: ['npx stagedoor allow list', 'npx stagedoor allow list --json'],
  })
  run(readPlaced(list), io, async (io, options) =>
    (await import('./commands/allow.ts')).allowList(options, io),
  )
}
