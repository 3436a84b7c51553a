/** `stagedoor allow`: its commands, options and help. */
import type { Command } from 'commander'
import { addCommand, collect, placed, run } from './command.ts'
import type { Io } from './io.ts'
import { presetHelp } from './presets.ts'

export function addAllow(root: Command, io: Io): void {
  const allow = root.command('allow').description('what everybody may see').helpCommand(false)
  const notes = `A rule is [METHOD[,METHOD] ]PATTERN; * matches within a segment, ** any number of segments.
Quote it, or the shell may take * for itself.

Presets:
${presetHelp()}`
  const add = addCommand(allow, 'add [rules...]', {
    summary: 'add rules',
    does: 'Let everybody see what a rule covers.',
    examples: [
      "stagedoor allow add '/api/webhooks/**'",
      'stagedoor allow add --preset robots,manifest',
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
      "stagedoor allow remove '/api/webhooks/**'",
      'stagedoor allow remove --preset robots',
    ],
  }).option('--preset <names>', 'rules by name, with commas between', collect)
  run(placed(remove), io, async (io, options, rules: string[]) => {
    return (await import('./commands/allow.ts')).allowRemove(rules, options, io)
  })
  const list = addCommand(allow, 'list', {
    summary: 'list rules',
    does: 'List the rules, one a line.',
    examples: ['stagedoor allow list', 'stagedoor allow list --json'],
  })
  run(placed(list), io, async (io, options) =>
    (await import('./commands/allow.ts')).allowList(options, io),
  )
}
