/** Addresses of clients, and networks of them (RFC 4291, RFC 4632). */

/** Eight groups of 16 bits. One of IPv4 is mapped into IPv6 (RFC 4291 §2.5.5.2). */
export type Address = number[]

/** Addresses whose first `bits` are those of `address`. */
export interface Network {
  address: Address
  bits: number
}

// All that either kind is spelled with: nothing that would mean something in a URL. The longest
// has 45 characters.
const ADDRESS = /^[\da-f.:]{2,45}$/i
const NETWORK = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/
// Bits before the 32 of a mapped address.
const MAPPED = 96
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0xffff]

/** Reads an address; `null` for anything else, with a port or a zone too. */
export function parseAddress(text: string): Address | null {
  if (!ADDRESS.test(text)) return null
  try {
    // The URL parser reads IPv6 strictly, and dotted decimals at its end, and spells it one way.
    const { hostname } = new URL(`http://[${isIpv4(text) ? `::ffff:${text}` : text}]`)
    const [head = '', tail = ''] = hostname.slice(1, -1).split('::')
    const [left, right] = [head, tail].map((part) => (part ? part.split(':') : [])) as [
      string[],
      string[],
    ]
    const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
    return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
  } catch {
    return null
  }
}

/** Reads a network in CIDR notation, or an address, which is a network of one. */
export function parseNetwork(text: string): Network | null {
  const [, base = '', length] = NETWORK.exec(text) ?? []
  const address = parseAddress(base)
  const before = isIpv4(base) ? MAPPED : 0
  const bits = before + Number(length ?? 128 - before)
  return address && bits <= 128 ? { address, bits } : null
}

/** Prefixes of networks by their length, so that it hardly matters how many there are. */
export type Networks = Map<number, Set<string>>

export function joinNetworks(list: Network[]): Networks {
  const networks: Networks = new Map()
  for (const { address, bits } of list) {
    const prefixes = networks.get(bits) ?? new Set()
    networks.set(bits, prefixes.add(prefixOf(address, bits)))
  }
  return networks
}

/** Whether one of the networks has the address. */
export function isWithin(networks: Networks, address: Address): boolean {
  // `::/0` is all of IPv6, and nothing of the IPv4 that is mapped into it.
  const isMapped = MAPPED_PREFIX.every((group, i) => group === address[i])
  for (const [bits, prefixes] of networks) {
    if (isMapped && bits < MAPPED) continue
    if (prefixes.has(prefixOf(address, bits))) return true
  }
  return false
}

/** The first bits of an address, spelled one way. */
function prefixOf(address: Address, bits: number): string {
  return address
    .map((group, i) => group >> (16 - Math.min(16, Math.max(0, bits - 16 * i))))
    .join(':')
}

function isIpv4(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text)
}
