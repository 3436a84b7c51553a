/** Turns of requests by a few characters; and cookies in odd forms. */
import type { Random } from './random.ts'
import type { Visit } from './vector.ts'

const PIECES = [
  ...['%2f', '%2e', '%00', '%25', '%', '/', '//', '..', '.', ';', '\\', '?', '&', '=', '==', ':'],
  ...[' ', '\t', ',', '"', 'A', '\x7f', '\xff', '\xc3\xa9', '\xa0', 'Basic ', 'Bearer ', '*', '#'],
]

/** Changes one to three places of a request: of its URL, a field, its form, or a whole field. */
export function mutate(random: Random, visit: Visit): Visit {
  const made = { ...visit, headers: visit.headers.map((field) => [...field]) as Visit['headers'] }
  for (let left = 1 + random.below(3); left > 0; left--) mutateOnce(random, made)
  return made
}

function mutateOnce(random: Random, visit: Visit): void {
  const field = visit.headers.length > 0 ? random.pick(visit.headers) : undefined
  const place = random.below(8)
  if (place < 3) {
    const start = visit.url.indexOf('/', 9)
    visit.url = visit.url.slice(0, start) + turn(random, visit.url.slice(start))
  } else if (place === 3 && visit.nextUrl) {
    visit.nextUrl = { ...visit.nextUrl, pathname: turn(random, visit.nextUrl.pathname) }
  } else if (place === 4 && visit.body) {
    visit.body = turn(random, visit.body)
  } else if (place === 5 && field) {
    visit.headers.push([field[0], turn(random, field[1])])
  } else if (field) {
    field[1] = turn(random, field[1])
  }
}

/** A text with one place that is another. */
function turn(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const end = Math.min(text.length, at + random.below(4))
  const piece = random.pick(PIECES)
  return random.weigh(
    [4, () => text.slice(0, at) + piece + text.slice(at)],
    [3, () => text.slice(0, at) + text.slice(end)],
    [2, () => text.slice(0, at) + piece + text.slice(end)],
    [1, () => text.slice(0, end) + text.slice(at, end) + text.slice(end)],
    [1, () => text.slice(0, at)],
    [1, () => text.slice(0, at) + text.slice(at, end).toUpperCase() + text.slice(end)],
    [1, () => flip(random, text, at)],
  )
}

function flip(random: Random, text: string, at: number): string {
  const code = text.charCodeAt(at)
  if (Number.isNaN(code) || code > 0xff) return text
  return text.slice(0, at) + String.fromCharCode(code ^ (1 << random.below(8))) + text.slice(at + 1)
}

/** A `Cookie` field that has a token somewhere. */
export function makeCookie(random: Random, site: string, token: () => string): string {
  const isSecure = site.startsWith('https:') !== random.oneIn(10)
  const own = `${isSecure ? '__Host-' : ''}stagedoor=${token()}`
  return random.weigh(
    [10, () => own],
    [3, () => `theme=dark; ${own}; lang=de`],
    [1, () => `${own}; ${own}`],
    [1, () => `${own}; stagedoor=${token()}; __Host-stagedoor=${token()}`],
    [1, () => own.replace('=', ' =')],
    [1, () => own.replace('=', '="').concat('"')],
    [1, () => `\xa0${own}`],
    [1, () => `\t${own}`],
    [1, () => `a=b;${own}`],
    [1, () => `a=b;;   ${own};`],
    [1, () => `a=b, ${own}`],
    [1, () => own.toUpperCase()],
    [1, () => own.replace('stagedoor', 'stagedoor2')],
    [1, () => `x${own}`],
    [1, () => '=; ;;= ; a'],
    [1, () => 'theme=dark; stagedoor'],
  )
}
