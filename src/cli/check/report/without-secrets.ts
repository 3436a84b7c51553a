/** Many secrets in a text, found in one go: by the way of Aho and Corasick (1975). */

/** In characters, of a password: a shorter one would be found within words. */
export const SHORT = 4

/** The beginning that is looked for. */
interface Beginning {
  text: string
  /** Whether the secret is longer. */
  isCut: boolean
}

export function beginning(secret: string, length: number): Beginning {
  return { text: folded(secret.slice(0, length)), isCut: secret.length > length }
}

/** In one case, a character for a character. */
function folded(text: string): string {
  if (!/[\x80-\uFFFF]/.test(text)) return text.toUpperCase()
  const upper = (unit: string) => (unit.toUpperCase().length === 1 ? unit.toUpperCase() : unit)
  return text.split('').map(upper).join('')
}

/**
 * What has been read is the beginning of some secret. The texts are the site's, and so are most of
 * the secrets: Aho and Corasick's way takes time that grows with their sum, not their product.
 */
interface Node {
  next: Map<number, Node>
  /** Of the longest other one that what has been read ends with. */
  shorter: Node | null
  depth: number
  /** The length of the longest secret that ends here. */
  found: number
  /** Whether the rest of a secret that ends here follows. */
  isCut: boolean
}

export function wordTree(secrets: Beginning[]): Node {
  const node = (depth: number): Node => {
    return { next: new Map(), shorter: null, depth, found: 0, isCut: false }
  }
  const root = node(0)
  for (const { text, isCut } of secrets) {
    let at = root
    for (let i = 0; i < text.length; i++) {
      const next = at.next.get(text.charCodeAt(i)) ?? node(i + 1)
      at.next.set(text.charCodeAt(i), next)
      at = next
    }
    at.found = at.depth
    at.isCut ||= isCut
  }
  // Nearest to the root first: what they end with is shorter.
  const queue = [root]
  for (const at of queue) {
    for (const [unit, next] of at.next) {
      next.shorter = at.shorter ? step(at.shorter, unit) : root
      next.found ||= next.shorter.found
      next.isCut ||= next.shorter.isCut
      queue.push(next)
    }
  }
  return root
}

function step(from: Node, unit: number): Node {
  let at = from
  for (let next = at.next.get(unit); ; next = at.next.get(unit)) {
    if (next) return next
    if (at.shorter === null) return at
    at = at.shorter
  }
}

/** With `…` for each secret, and for what one begins with where a text has been cut. */
export function withoutSecrets(text: string, root: Node): string {
  const units = folded(text)
  const hidden: [start: number, end: number][] = []
  const hide = (start: number, end: number) => {
    let from = start
    while ((hidden.at(-1)?.[1] ?? 0) > from) from = Math.min(from, hidden.pop()?.[0] ?? from)
    hidden.push([from, end])
  }
  let node = root
  for (let at = 0; at < units.length; at++) {
    if (text[at] === '…' && node.depth >= SHORT) hide(at - node.depth, at)
    node = step(node, units.charCodeAt(at))
    if (node.found > 0) hide(at + 1 - node.found, node.isCut ? text.length : at + 1)
    if (node.isCut) break
  }
  if (hidden.length === 0) return text
  const parts = hidden.map(([start], i) => text.slice(hidden[i - 1]?.[1] ?? 0, start))
  return [...parts, text.slice(hidden.at(-1)?.[1])].join('…').replace(/…+/g, '…')
}
