/**
 * What a body says: where a page, a style sheet, a script or a list of pages leads to, the build it
 * is of, the lines of a page. All of it is text of a site that may be hostile: it is searched, never
 * run, by expressions that take linear time.
 */
import type { Answer, Fields } from './exchange.ts'
import { firstOf, valuesOf } from './fields.ts'

/** Octets that are searched: what leads on stands early, and half a megabyte of it is enough. */
const SEARCHED = 512 * 1024
/** Of one text. */
const MOST = 400

const ATTRIBUTE = /\s(?:href|src|poster|data-src)=["']([^"'<>\s]{1,1000})["']/gi
/** Pictures for other sites stand in `content`, beside much that is no address. */
const CONTENT = /\scontent=["'](https?:\/\/[^"'<>\s]{1,1000})["']/gi
const SRCSET = /\s(?:srcset|imagesrcset)=["']([^"'<>]{1,4000})["']/gi
const STYLE_URL = /url\(["']?([^"'()\s\\]{1,500})["']?\)/g
// In the payload of a page, in scripts and in manifests: names that Next.js puts together.
const NEXT_PATH =
  /((?:\/[\w.~-]{1,40}){0,3}\/_next\/(?:static|image)[/?][\w./~%@?=&()[\]-]{1,300})/g
const NEXT_STATIC = /["'](static\/(?:chunks|css|media)\/[\w./~%@()[\]-]{1,300})["'\\]/g
const API = /["'`](\/api\/[\w./~-]{1,200})["'`?\\]/g
const SOURCE_MAP = /[#@] ?sourceMappingURL=([^\s'"*]{1,500})/g
const LOCATION = /<loc>\s?([^<\s]{1,1000})/g
const ICON = /"src"\s?:\s?"([^"\\\s]{1,500})"/g
const ROBOTS = /^(?:sitemap|allow|disallow):[ \t]?([^\s#*$]{1,500})/gim
const ROUTE = /"(\/[^"\\\s*]{0,200})":\s?\[/g
const LINK_FIELD = /<([^<>\s]{1,1000})>/g

/** References as they stand there, before they are resolved. */
export function linksIn(target: string, { fields, body }: Answer): string[] {
  const text = decodeEntities(body.toString('latin1', 0, SEARCHED))
  const type = firstOf(fields, 'content-type') ?? ''
  const found = [...find(LINK_FIELD, valuesOf(fields, 'link').join()), ...find(NEXT_PATH, text)]
  if (/html/.test(type)) found.push(...htmlLinks(text))
  else if (/css/.test(type)) found.push(...find(STYLE_URL, text), ...find(SOURCE_MAP, text))
  else if (/javascript/.test(type)) found.push(...scriptLinks(target, text))
  else if (/xml/.test(type)) found.push(...find(LOCATION, text))
  else if (/json/.test(type)) found.push(...find(ICON, text))
  else if (/robots\.txt$/.test(target)) found.push(...find(ROBOTS, text))
  return [...new Set(found)]
}

function htmlLinks(text: string): string[] {
  const sets = find(SRCSET, text).flatMap((set) => set.split(','))
  const inSets = sets.flatMap((one) => one.trim().split(' ')[0] || [])
  return [
    ...find(ATTRIBUTE, text),
    ...find(CONTENT, text),
    ...inSets,
    ...find(STYLE_URL, text),
    ...find(API, text),
  ]
}

function scriptLinks(target: string, text: string): string[] {
  // The list of what the Pages Router serves.
  const routes = /_buildManifest\.js$/.test(target) ? find(ROUTE, text) : []
  return [
    ...find(NEXT_STATIC, text).map((name) => `/_next/${name}`),
    ...find(API, text),
    ...find(SOURCE_MAP, text),
    ...routes.filter((route) => !/[[\]]|^\/_/.test(route)),
  ]
}

// The id stands in the data of a page, in its payload (escaped), and in names of manifests.
const BUILD_IDS = [
  /"buildId":"([\w-]{1,64})"/,
  /\\"b\\":\\"([\w-]{1,64})\\"/,
  /"b":"([\w-]{1,64})"/,
  /\/_next\/static\/([\w-]{1,64})\/_(?:build|ssg)Manifest\.js/,
]

/** The id of the build, which names the data of pages. */
export function buildIdIn({ body }: Pick<Answer, 'body'>): string | undefined {
  const text = body.toString('latin1', 0, SEARCHED)
  for (const pattern of BUILD_IDS) {
    const id = pattern.exec(text)?.[1]
    if (id) return id
  }
  return undefined
}

/** What stands before `/_next/` in the paths of a page: the base path of the app. */
export function basePathIn({ body }: Pick<Answer, 'body'>): string | undefined {
  const text = body.toString('latin1', 0, SEARCHED)
  return /["'](\/[\w.~/-]{0,80})?\/_next\/static\//
    .exec(text)
    ?.slice(1)
    .map((base) => base ?? '')[0]
}

/** Lines of a page's own text, long enough to be of no other. */
export function textsIn({ fields, body }: { fields: Fields; body: Buffer }): string[] {
  if (!/html/.test(firstOf(fields, 'content-type') ?? '')) return []
  return find(/>([^<>{}]{24,300})</g, withoutScripts(body.toString('latin1', 0, SEARCHED)))
    .map((line) => line.trim())
    .filter((line) => line.length >= 24)
    .slice(0, 60)
}

/** By hand: an expression for what stands between two tags takes quadratic time. */
function withoutScripts(text: string): string {
  return text
    .split(/<(?=(?:script|style)\b)/i)
    .map((part, i) =>
      i === 0 ? part : part.slice(Math.max(0, part.search(/<\/(?:script|style)/i))),
    )
    .join('')
}

function find(pattern: RegExp, text: string): string[] {
  const found: string[] = []
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) found.push(copied(match[1]))
    if (found.length >= MOST) break
  }
  return found
}

/** A part of a text keeps the whole of it in memory: half a megabyte for each page, to the end. */
function copied(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function decodeEntities(text: string): string {
  return text.replaceAll('&amp;', '&')
}
