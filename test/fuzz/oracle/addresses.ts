/** Client addresses and networks, by Node's own `BlockList`. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const lists = new Map<string, { four: BlockList; six: BlockList }>()

/** Whether one of the networks has the address, which a header tells. */
export function isInNetworks(networks: readonly string[], written: string): boolean {
  const address = plain(written)
  if (address === null) return false
  return networks.some((network) => {
    const { four, six } = listOf(network)
    return isIPv4(address) ? four.check(address) : six.check(address, 'ipv6')
  })
}

/** An IPv4 address that comes mapped into IPv6 is the same address. */
function plain(text: string): string | null {
  if (isIPv4(text)) return text
  if (!isIPv6(text) || text.includes('%')) return null
  const mapped = MAPPED.exec(new URL(`http://[${text}]`).hostname.slice(1, -1))?.[1]
  if (mapped) return mapped
  const [, high, low] =
    /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(new URL(`http://[${text}]`).hostname) ?? []
  if (high === undefined || low === undefined) return text
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}

function listOf(network: string) {
  const known = lists.get(network)
  if (known) return known
  const made = { four: new BlockList(), six: new BlockList() }
  const [base = '', length] = network.split('/')
  const address = plain(base) as string
  if (isIPv4(address)) {
    const bits = length === undefined ? 32 : Number(length) - (isIPv4(base) ? 0 : 96)
    made.four.addSubnet(address, bits, 'ipv4')
  } else {
    made.six.addSubnet(address, Number(length ?? 128), 'ipv6')
  }
  lists.set(network, made)
  return made
}
