/** A text as it may be shown: without the secrets that stand in it. */
import { type Node, step, WordTree } from '../word-tree.ts'

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

/** Secrets that are looked for all together. */
export interface Sought {
  root: Node
  /** Where a secret ends of which the rest follows. */
  cut: Set<Node>
}

export function seek(secrets: Beginning[]): Sought {
  const { root, nodes } = new WordTree(secrets.map(({ text }) => text))
  const cutTexts = new Set(secrets.filter(({ isCut }) => isCut).map(({ text }) => text))
  const isCut = secrets.map(({ text }) => cutTexts.has(text))
  const cut = new Set<Node>()
  for (const node of nodes) {
    const isOwn = node.word !== null && isCut[node.word]
    if (isOwn || (node.inner && cut.has(node.inner))) cut.add(node)
  }
  return { root, cut }
}

/** With `…` for each secret, and for what one begins with where a text has been cut. */
export function withoutSecrets(text: string, { root, cut }: Sought): string {
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
    const found = node.word === null ? node.inner : node
    if (!found) continue
    hide(at + 1 - found.depth, cut.has(node) ? text.length : at + 1)
    if (cut.has(node)) break
  }
  if (hidden.length === 0) return text
  const parts = hidden.map(([start], i) => text.slice(hidden[i - 1]?.[1] ?? 0, start))
  return [...parts, text.slice(hidden.at(-1)?.[1])].join('…').replace(/…+/g, '…')
}
