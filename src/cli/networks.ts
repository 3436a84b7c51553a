/** Addresses and networks that need no credentials. */
import { isWithin, type Network, parseAddress, parseNetwork } from '../gate/address.ts'
import { CliError, EXIT } from './errors.ts'
import { printable } from './talk.ts'

/** Returns the text. @throws {CliError} where the gate would not take it */
export function checkNetwork(text: string): string {
  if (parseNetwork(text)) return text
  throw new CliError(`'${printable(text)}' is no address and no network`, {
    hint: 'write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32, without a port',
    exitCode: EXIT.misused,
  })
}

/** Whether two texts name the same addresses: `10.0.0.0/8` and `10.1.2.3/8`. */
export function sameNetwork(one: string, other: string): boolean {
  const [a, b] = [parseNetwork(one), parseNetwork(other)]
  if (!a || !b) return one === other
  return a.bits === b.bits && isWithin([a], b.address)
}

// The first and the last of those that clients have (RFC 4291 §2.4).
const ALL = [
  ['1.0.0.0', '223.255.255.255'],
  ['2000::', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
]

/** What to warn of. */
export function networkCautions(text: string): string[] {
  const network = parseNetwork(text) as Network
  const has = (address: string) => isWithin([network], parseAddress(address) as number[])
  if (!ALL.some((addresses) => addresses.every(has))) return []
  return [`${text} is everybody: the whole site is open to them, without credentials`]
}
