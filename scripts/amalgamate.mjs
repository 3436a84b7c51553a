/**
 * Joins the modules behind an index.ts into one file, by moving text and never by printing a
 * syntax tree: what a reader sees in src/ is what stands in the result.
 *
 *     node scripts/amalgamate.mjs            writes middleware.ts and server.ts
 *     node scripts/amalgamate.mjs --check    compares, and says how to mend
 *
 * Where joining could change a meaning it refuses and never renames: each top-level name must
 * be the only one of its kind, hide no global, and be imported as it is.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const { SyntaxKind } = ts

/** What is made, and of what. */
const DROP_INS = { 'middleware.ts': 'src/gate', 'server.ts': 'src/server' }

/** Globals of the edge, of browsers and of later Node.js versions. */
const ELSEWHERE = new Set(['caches', 'location', 'navigator', 'self', 'WebSocket', 'window'])

/** What joining would get wrong, at the line that does it. */
class Refusal extends Error {
  constructor(source, node, why) {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    super(`${relative(ROOT, source.fileName)}:${line + 1}: ${why}`)
  }
}

/**
 * The text of the single file.
 *
 * @param {string} entry path of the module whose exports are the file's
 * @throws {Refusal} where joining would change a meaning
 */
export function amalgamate(entry) {
  const modules = collect(resolve(entry))
  const main = modules.at(-1)
  const published = exportedNames(main)
  refuseDefaults(modules.slice(0, -1))
  refuseClashes(modules)
  const [, opening] = /^(\/\*\*.*?\*\/)\n/s.exec(main.source.text) ?? []
  if (opening === undefined) throw new Refusal(main.source, main.source, 'no opening comment')
  const folder = dirname(resolve(entry))
  const sections = modules.map((module) => {
    const name = relative(folder, module.source.fileName)
    const text = body(module, published)
      .replace(module === main ? opening : '', '')
      .trim()
    return { name, text: `// --- ${name} ${'-'.repeat(88 - name.length)}\n${text}\n` }
  })
  // What a user may edit stands first, above the mark, and is not in the digest.
  const isEdited = sections[0].name === 'settings.ts'
  const settings = isEdited ? `${sections.shift().text}\n` : ''
  const parts = contents(modules.slice(isEdited ? 1 : 0, -1), folder)
  const below = [parts, ...sections.map(({ text }) => text)].join('\n')
  const digest = createHash('sha256').update(opening).update(below).digest('hex').slice(0, 16)
  const mark = `// Made from src/${basename(folder)} (sha256 ${digest}). Edit nothing${isEdited ? ' but the settings' : ''}.`
  return `${opening}\n\n${settings}${mark}\n\n${below}`
}

/** Where to find what, for whoever reads the whole: the first sentence of each module. */
function contents(modules, folder) {
  const lines = modules.map(({ source }) => {
    const name = basename(relative(folder, source.fileName), '.ts')
    const [, head] = /^\/\*\*\s*(?:\* )?(.*?)\.(?:\s|$)/s.exec(source.text) ?? []
    return `//   ${name.padEnd(12)} ${head?.replace(/\s*\n \*\s*/g, ' ') ?? ''}`.trimEnd()
  })
  return `// The parts. Each stands below what it needs, so the file reads best from its end:\n//\n${lines.reverse().join('\n')}\n`
}

/** Modules in the order of their dependencies, the entry last. */
function collect(file, found = new Map(), path = []) {
  if (path.includes(file))
    throw new Error(`import cycle: ${[...path, file].map((f) => relative(ROOT, f)).join(' → ')}`)
  if (found.has(file)) return []
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)
  refuseUnmovable(source)
  found.set(file, source)
  const before = source.statements
    .filter((node) => node.moduleSpecifier)
    .flatMap((node) => collect(locate(source, node), found, [...path, file]))
  return [...before, { source, names: declaredNames(source) }]
}

function locate(source, node) {
  const specifier = node.moduleSpecifier.text
  if (!/^\.\.?\//.test(specifier))
    throw new Refusal(source, node, `imports the package "${specifier}"`)
  return join(dirname(source.fileName), specifier)
}

function refuseUnmovable(source) {
  for (const node of source.statements) {
    const bindings = node.importClause?.namedBindings ?? node.exportClause
    if (node.importClause?.name || bindings?.kind === SyntaxKind.NamespaceImport) {
      throw new Refusal(source, node, 'import names, as they are')
    }
    const renamed = bindings?.elements?.find((element) => element.propertyName)
    if (renamed) throw new Refusal(source, renamed, 'import or export a name as it is')
    if (ts.isExportDeclaration(node) && !node.exportClause)
      throw new Refusal(source, node, 'name what is exported')
  }
  const visit = (node) => {
    if (node.kind === SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent))
      throw new Refusal(source, node, 'no import() in one file')
    if (ts.isMetaProperty(node) && node.keywordToken === SyntaxKind.ImportKeyword)
      throw new Refusal(source, node, 'no import.meta in one file')
    ts.forEachChild(node, visit)
  }
  visit(source)
}

/** Top-level names and the statements that declare them. */
function declaredNames(source) {
  const names = new Map()
  for (const node of source.statements) {
    const declared = ts.isVariableStatement(node) ? node.declarationList.declarations : [node]
    for (const { name } of declared) if (name && !isAmbient(node)) names.set(name.text, node)
  }
  return names
}

const has = (node, kind) => node.modifiers?.some((modifier) => modifier.kind === kind) ?? false
const isAmbient = (node) => has(node, SyntaxKind.DeclareKeyword)

function refuseDefaults(leaves) {
  for (const { source } of leaves) {
    for (const node of source.statements) {
      const isDefault = ts.isExportAssignment(node) || has(node, SyntaxKind.DefaultKeyword)
      if (isDefault) throw new Refusal(source, node, 'only the entry has a default export')
    }
  }
}

/** What an entry publishes: of other modules, and of its own. */
function exportedNames({ source, names }) {
  const others = source.statements
    .filter(ts.isExportDeclaration)
    .flatMap((node) => node.exportClause.elements.map(({ name }) => name.text))
  const own = [...names].filter(([, node]) => has(node, SyntaxKind.ExportKeyword))
  return new Set([...others, ...own.map(([name]) => name)])
}

function refuseClashes(modules) {
  const owners = new Map()
  for (const { source, names } of modules) {
    for (const [name, node] of names) {
      const type = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
      if (!type && (name in globalThis || ELSEWHERE.has(name)))
        throw new Refusal(source, node, `"${name}" would hide a global`)
      if (owners.has(name))
        throw new Refusal(source, node, `"${name}" is declared in ${owners.get(name)} too`)
      owners.set(name, relative(ROOT, source.fileName))
    }
  }
}

/** A module's text without its imports, and with `export` only before what the entry publishes. */
function body({ source }, published) {
  let text = source.text
  for (const node of [...source.statements].reverse()) {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      text = cut(text, node.getStart(source), lineEnd(text, node.end))
    else {
      const word = node.modifiers?.find(({ kind }) => kind === SyntaxKind.ExportKeyword)
      const name = node.name?.text ?? node.declarationList?.declarations[0].name.text
      const keeps = has(node, SyntaxKind.DefaultKeyword) || !word || published.has(name)
      if (!keeps) text = cut(text, word.getStart(source), word.end + 1)
    }
  }
  return text.replace(/\n{3,}/g, '\n\n')
}

const cut = (text, start, end) => text.slice(0, start) + text.slice(end)

/** So that a removed import leaves no blank line behind. */
function lineEnd(text, end) {
  return text[end] === '\n' ? end + 1 : end
}

function run(flag) {
  for (const [name, folder] of Object.entries(DROP_INS)) {
    const output = join(ROOT, name)
    const text = amalgamate(join(ROOT, folder, 'index.ts'))
    if (flag !== '--check') writeFileSync(output, text)
    else if (readFileSync(output, 'utf8') !== text) {
      console.error(`${name} is not what ${folder} makes; run: npm run amalgamate`)
      process.exitCode = 1
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run(process.argv[2])
