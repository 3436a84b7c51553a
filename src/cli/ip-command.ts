/** `stagedoor ip`: its commands and help. */
import type { Command } from 'commander'
import { addCommand, placed, readPlaced, run } from './command.ts'
import type { Io } from './io.ts'

export function addIp(root: Command, io: Io): void {
  const ip = addCommand(root, 'ip', {
    summary: 'addresses that need no credentials',
    does: 'Set which addresses need no credentials.',
    examples: ['npx stagedoor ip add 203.0.113.0/24', 'npx stagedoor ip list'],
  }).helpCommand(false)
  const add = addCommand(ip, 'add <addresses...>', {
    summary: 'add addresses or networks',
    does: 'Let in who comes from an address, or from a network in CIDR notation.',
    examples: [
      'npx stagedoor ip add 203.0.113.7',
      'npx stagedoor ip add 203.0.113.0/24 2001:db8::/32',
    ],
    notes: `Addresses count on Vercel. Elsewhere a client could lie about its own: they count only where
STAGEDOOR_IP_HEADER names the header that your own proxy overwrites.`,
  })
  run(placed(add), io, async (io, options, addresses: string[]) => {
    return (await import('./commands/ip.ts')).ipAdd(addresses, options, io)
  })
  const remove = addCommand(ip, 'remove <addresses...>', {
    summary: 'take addresses or networks away',
    does: 'Take addresses or networks away, all that are named or none.',
    examples: ['npx stagedoor ip remove 203.0.113.0/24'],
  })
  run(placed(remove), io, async (io, options, addresses: string[]) => {
    return (await import('./commands/ip.ts')).ipRemove(addresses, options, io)
  })
  const list = addCommand(ip, 'list', {
    summary: 'list addresses and networks',
    does: 'List the addresses and networks, one a line.',
    examples: ['npx stagedoor ip list', 'npx stagedoor ip list --json'],
  })
  run(readPlaced(list), io, async (io, options) => {
    return (await import('./commands/ip.ts')).ipList(options, io)
  })
}
