/**
 * Which paths a rule covers: `[METHOD[,METHOD] ]PATTERN`. In a pattern `**` as a whole segment matches any
 * number of segments, none too, and `*` matches within one. A slash at the end means nothing.
 *
 * Where a path could mean two things to two readers, no rule covers it.
 */

/** A rule, read. No `methods` means any. */
export interface Rule {
  /** As it is written. */
  text: string
  methods: string[] | null
  segments: string[]
}

const RULE = /^(?:([A-Z]+(?:,[A-Z]+)*) )?(\/.*)$/
// What would make a pattern match nothing, or not what its author thinks: escapes (write the
// path decoded), `\`, controls, `?` and `#` (only the path is looked at).
const NOT_IN_PATTERN = /[%\\?#\x00-\x1F\x7F]/
const NOT_IN_SEGMENT = /[%/\\\x00-\x1F\x7F]/
// Of an unreserved character (RFC 3986 §2.3): Next.js takes `/%61` for the value of a dynamic
// route, not for the page `/a`.
const NEEDLESS_ESCAPE = /%(2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/i

/** Reads a rule; `null` where the text is none. */
export function parseRule(text: string): Rule | null {
  const [, methods, pattern] = RULE.exec(text) ?? []
  if (pattern === undefined || NOT_IN_PATTERN.test(pattern)) return null
  const segments = splitPath(pattern)
  if (segments.some((segment) => segment === '' || isDots(segment))) return null
  if (segments.some((segment) => segment !== '**' && segment.includes('**'))) return null
  return { text, methods: methods?.split(',') ?? null, segments }
}

/** Rules that are asked together. */
export interface Rules {
  list: Rule[]
  /**
   * The same as a tree of their segments, so that asking takes time by the path and not by how many
   * rules there are. Made when first asked: of a thousand users few come.
   */
  root?: Node
}

/** What may stand at one place of a path. */
interface Node {
  /** Methods of the rules that end here; `*` is any. */
  ends: Set<string>
  literal: Map<string, Node>
  /** Segments with a `*` in them. */
  pattern: Map<string, Node>
  /** After `**`. */
  rest?: Node
  isRest: boolean
}

/** Reads a list of rules; `null` where one is none. */
export function readRules(texts: string[]): Rules | null {
  const rules = texts.map(parseRule)
  return rules.includes(null) ? null : joinRules(rules as Rule[])
}

export function joinRules(list: Rule[]): Rules {
  return { list }
}

function makeTree(list: Rule[]): Node {
  const root = newNode()
  for (const { methods, segments } of list) {
    let node = root
    for (const segment of segments) node = nodeAfter(node, segment)
    for (const method of methods ?? ['*']) node.ends.add(method)
  }
  return root
}

function newNode(isRest = false): Node {
  return { ends: new Set(), literal: new Map(), pattern: new Map(), isRest }
}

function nodeAfter(node: Node, segment: string): Node {
  if (segment === '**') {
    node.rest ??= newNode(true)
    return node.rest
  }
  const kind = segment.includes('*') ? node.pattern : node.literal
  const next = kind.get(segment) ?? newNode()
  kind.set(segment, next)
  return next
}

/**
 * Segments of a request's path, decoded once; `null` where it could be read two ways: an escape
 * that is bad or of a character that needs none, an empty or dot segment, and `/`, `\`, `%` or
 * a CTL that an escape hid in a segment.
 */
export function parsePath(path: string): string[] | null {
  if (!path.startsWith('/')) return null
  try {
    const segments = splitPath(path).map(decodeURIComponent)
    const isOdd = segments.some((s) => s === '' || isDots(s) || NOT_IN_SEGMENT.test(s))
    return isOdd || NEEDLESS_ESCAPE.test(path) ? null : segments
  } catch {
    return null
  }
}

/** Whether any of the rules covers the path, which is `null` where it is on no list. */
export function covers(rules: Rules, method: string, path: string[] | null): boolean {
  if (path === null || rules.list.length === 0) return false
  rules.root ??= makeTree(rules.list)
  // All places in the tree that what has been read of the path may have led to: no path makes
  // this slow, as it could a regular expression.
  let places = reach([rules.root])
  for (const segment of path) {
    places = reach(places.flatMap((node) => step(node, segment)))
    if (places.length === 0) return false
  }
  return places.some(({ ends }) => ends.has(method) || ends.has('*'))
}

/** The places, each once, and those after a `**` there, which may stand for nothing. */
function reach(nodes: Node[]): Node[] {
  const found = new Set(nodes)
  for (const { rest } of found) if (rest) found.add(rest)
  return [...found]
}

function step(node: Node, segment: string): Node[] {
  const { isRest, literal, pattern } = node
  const nodes = isRest ? [node] : []
  const next = literal.get(segment)
  if (next) nodes.push(next)
  for (const [wild, after] of pattern) if (matchSegment(wild, segment)) nodes.push(after)
  return nodes
}

/**
 * Matches a segment with a pattern in which `*` stands for any run, an empty one too. It goes
 * back to the latest `*` only, which suffices, so its work is at most pattern times segment.
 */
function matchSegment(pattern: string, segment: string): boolean {
  let p = 0
  let retry: { p: number; i: number } | undefined
  for (let i = 0; i < segment.length; ) {
    if (pattern[p] === '*') {
      retry = { p: ++p, i }
    } else if (p < pattern.length && pattern[p] === segment[i]) {
      p++
      i++
    } else if (retry) {
      p = retry.p
      i = ++retry.i
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function splitPath(path: string): string[] {
  return path === '/' ? [] : path.replace(/\/$/, '').slice(1).split('/')
}

/** `..;x` too: servers behind a rewrite may take `;` for the start of a parameter. */
function isDots(segment: string): boolean {
  return /^\.\.?(;|$)/.test(segment)
}
