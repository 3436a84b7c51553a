/**
 * Rules for the files that pages show, made of what an app's `public` has.
 *
 * They are few, because a pass must fit into a cookie, and open no more than needed: the gate
 * does not know a file from a route, so that a rule for `/orders/*.png` may open an order.
 */
import { covers, parsePath, parseRule, readRules } from '../gate/rules.ts'
import { hasNextApp } from './project/next-app.ts'
import { readServedFiles, type ServedFiles } from './project/served-files.ts'

export interface ShareFiles {
  rules: string[]
  /** What stays shut, and why. */
  warnings: string[]
}

const METHODS = 'GET,HEAD '

// What browsers show or run in a page. Documents and data are shared by rules, or not at all.
const ASSET = /\.(avif|css|gif|ico|jpe?g|js|mp[34]|otf|png|svg|ttf|wasm|web[mp]|woff2?)$/i

// `*` would match more than itself, and no rule covers a path with one of the others.
const NOT_IN_RULE = /[%\\?#*\uFFFD\p{Cc}]/u

/** So many files are named one by one. */
const MOST_NAMED = 20
/** So many are said in a warning. */
const MOST_SAID = 5

/** @returns `null` where the folder has no Next.js app. @throws {CliError} for what cannot be read */
export function shareFiles(dir: string): ShareFiles | null {
  if (!hasNextApp(dir)) return null
  const served = readServedFiles(dir)
  // Next.js builds no app with `public/_next`.
  const files = served.files.filter(([first]) => first !== '_next')
  const rules = rulesOf({ ...served, files })
  const shut = files.filter((file) => isAsset(file) && !isOpen(file, rules))
  return { rules, warnings: [...shutWarnings(shut), ...linkWarnings(served.links)] }
}

function shutWarnings(files: string[][]): string[] {
  if (files.length === 0) return []
  return [`files of public with names that no rule can hold stay shut: ${said(files)}`]
}

function linkWarnings(links: string[][]): string[] {
  if (links.length === 0) return []
  return [`links in public that lead out of it are not followed, and stay shut: ${said(links)}`]
}

/** A rule without its methods, for talk. */
export function showFileRule(rule: string): string {
  return rule.slice(METHODS.length)
}

function rulesOf(served: ServedFiles): string[] {
  const assets = served.files.filter(isAsset)
  const folders = new Set(
    assets.filter((file) => file.length > 1).map(([first]) => first as string),
  )
  const atRoot = assets.filter((file) => file.length === 1)
  const patterns = [
    ...[...folders].sort().flatMap((folder) => folderPatterns(folder, served)),
    ...(atRoot.length > MOST_NAMED ? typePatterns('', atRoot) : namePatterns(atRoot)),
    ...namePatterns(served.icons),
  ]
  return [...new Set(patterns)].filter(parseRule).map((pattern) => METHODS + pattern)
}

/** Of a folder in `public`. The whole of it is open only where nothing else can be there. */
function folderPatterns(folder: string, { files, links, routes }: ServedFiles): string[] {
  if (NOT_IN_RULE.test(folder)) return []
  const isHere = ([first]: string[]) => first === folder
  const here = files.filter(isHere)
  const assets = here.filter(isAsset)
  // Next.js passes much of `/api` on to other servers.
  const hasRoutes = routes.names.has(folder) || folder === 'api'
  if (hasRoutes && assets.length <= MOST_NAMED) return namePatterns(assets)
  const isPure = assets.length === here.length && !links.some(isHere)
  return isPure && !hasRoutes && !routes.dynamic
    ? [`/${folder}/**`]
    : typePatterns(`/${folder}/**`, assets)
}

function namePatterns(files: string[][]): string[] {
  return files
    .filter((file) => !file.some((segment) => NOT_IN_RULE.test(segment)))
    .map(pathOf)
    .sort()
}

/** One for each type, in the case in which it is written. */
function typePatterns(folder: string, files: string[][]): string[] {
  const types = files.map((file) => ASSET.exec(pathOf(file))?.[1])
  return [...new Set(types)].sort().map((type) => `${folder}/*.${type}`)
}

function isAsset(file: string[]): boolean {
  return ASSET.test(file.at(-1) as string)
}

/** Asked of what the gate itself goes by. */
function isOpen(file: string[], rules: string[]): boolean {
  const path = parsePath(pathOf(file.map(encodeURIComponent)))
  const read = readRules(rules)
  return read !== null && covers(read, 'GET', path)
}

function pathOf(segments: string[]): string {
  return `/${segments.join('/')}`
}

function said(files: string[][]): string {
  const names = files.map(pathOf).sort()
  const more = names.length > MOST_SAID ? ` and ${names.length - MOST_SAID} more` : ''
  return names.slice(0, MOST_SAID).join(', ') + more
}
