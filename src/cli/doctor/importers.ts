/**
 * Whether anything in an app may import its `stagedoor.ts`. Asked before that is called unused, so
 * whatever cannot be followed counts as an import.
 */
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { readPackage } from '../project/next-app.ts'
import type { Facts } from './facts.ts'
import { textOf } from './read-safely.ts'

/** A file of the app: its path from there, and what is in it. */
interface Text {
  name: string
  text: string
}

/** @param name of the file, from the app's folder */
export function mayBeImported(facts: Facts, name: string): boolean {
  const { main, dir } = facts
  if (!main) return true
  // A link is no source, and the middleware may be one.
  const texts: Text[] = [main, ...facts.sources().filter((one) => one.name !== main.name)]
  const others = texts.filter((one) => one.name !== name)
  const packages = packagesOf(dir)
  const isPackage = packages.has('stagedoor') && meansPackage(dir)
  return (
    inSettings(dir) ||
    others.some((one) => names(one, name, others, isPackage)) ||
    leadsAstray(main, texts, packages)
  )
}

/** That package.json lists. */
function packagesOf(dir: string): Set<string> {
  const { dependencies, devDependencies } = readPackage(dir) ?? {}
  return new Set(Object.keys({ ...dependencies, ...devDependencies }))
}

const SETTINGS = ['tsconfig.json', 'jsconfig.json', 'package.json']

/** Whether an alias, or a script, may stand for it. */
function inSettings(dir: string): boolean {
  const written = /"(?:\.\/)?(?:src\/)?stagedoor(?:\.[cm]?[jt]sx?)?"(?!\s*:)/
  return SETTINGS.some((file) => written.test(textOf(path.join(dir, file))))
}

/** Whether `stagedoor` alone is the package: with a base, or an alias for all, it may be the file. */
function meansPackage(dir: string): boolean {
  const strange = /"(?:baseUrl|extends|stagedoor|\*)"/
  return SETTINGS.slice(0, 2).every((file) => !strange.test(textOf(path.join(dir, file))))
}

const WRITTEN = /(['"`])((?:[^'"`\n]*[/~#@])?stagedoor(?:\.[cm]?[jt]sx?)?)\1/g
const IMPORT = /(?:\bfrom|\bimport|\b(?:require|import)\s*\()\s*(['"`])([^'"`\n]+)\1/g

/** Whether a file has a text that may stand for it, in an import or elsewhere. */
function names(one: Text, name: string, others: Text[], isPackage: boolean): boolean {
  if (!one.text.includes('stagedoor')) return false
  const text = withoutCommentRows(one.text)
  const rivals = others
    .map((other) => `/${stem(other.name)}`)
    .filter((at) => /\/stagedoor$/.test(at))
  const isWritten = [...text.matchAll(WRITTEN)].some(([, , written = '']) => {
    if (written === 'stagedoor') return false
    if (isRelative(written)) return resolve(one.name, written) === stem(name)
    // Behind an alias: another file where one is there that ends so.
    const ends = [written.replace(/^[@~#]\/?/, ''), written.replace(/^[^/]*\//, '')]
      .map((end) => `/${stem(end)}`)
      .filter((end) => end.lastIndexOf('/') > 0 && !`/${stem(name)}`.endsWith(end))
    return !ends.some((end) => rivals.some((rival) => rival.endsWith(end)))
  })
  const isBare = () => [...text.matchAll(IMPORT)].some(([, , module]) => module === 'stagedoor')
  return isWritten || (!isPackage && isBare())
}

const COMPUTED = /\b(?:require|import)\s*\(\s*(?:[^\s'"`)]|`[^`\n]*\$\{)/
const DATA = /\.(?:json|css|svg|wasm|txt|md)$/

/** Whether the middleware imports something that could not be followed, itself or by what it imports. */
function leadsAstray(main: Text, texts: Text[], packages: Set<string>): boolean {
  const byStem = new Map(texts.map((one) => [stem(one.name), one]))
  const queue = new Set([main])
  // A set hands out what is added meanwhile, too.
  for (const { name, text: raw } of queue) {
    const text = withoutCommentRows(raw)
    if (COMPUTED.test(text)) return true
    for (const [, , module = ''] of text.matchAll(IMPORT)) {
      if (DATA.test(module) || isBuiltin(module) || packages.has(packageOf(module))) continue
      const inside = stem(module.replace(/^[@~#]\//, ''))
      const bases = isRelative(module) ? [resolve(name, module)] : [inside, `src/${inside}`]
      const found = bases
        .flatMap((base) => [base, `${base}/index`])
        .flatMap((base) => byStem.get(base) ?? [])
      if (found.length === 0) return true
      for (const one of found) queue.add(one)
    }
  }
  return false
}

/** Told row by row: so no quote in a regular expression makes a comment of an import. */
function withoutCommentRows(text: string): string {
  return text
    .split('\n')
    .filter((row) => !/^\s*(?:\/\/|\*(?!\/)|\/\*(?!.*\*\/))/.test(row))
    .join('\n')
}

function isRelative(module: string): boolean {
  return /^\.\.?(?:\/|$)/.test(module)
}

function resolve(from: string, module: string): string {
  return stem(path.posix.join(path.posix.dirname(from), module))
}

function stem(file: string): string {
  return file.replace(/\.[cm]?[jt]sx?$/, '')
}

function packageOf(module: string): string {
  return module.split('/', module.startsWith('@') ? 2 : 1).join('/')
}
