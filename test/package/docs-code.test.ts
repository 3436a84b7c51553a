/** TypeScript of README and docs compiles, as somebody would paste it beside the drop-ins. */
import fs from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { ROOT } from './pack.ts'

const PAGES = [
  'README.md',
  ...fs.readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`),
]

/** What a reader has of their own, and the blocks leave out. */
const PRELUDE = `
declare const myMiddleware: (request: Request) => Response | undefined
declare const db: { orders: { findMany(): Promise<{ id: string }[]> } }
`

interface Block {
  /** Page and line. */
  name: string
  text: string
}

function blocksOf(page: string): Block[] {
  const whole = fs.readFileSync(path.join(ROOT, page), 'utf8')
  return [...whole.matchAll(/^```tsx?\n(.*?)^```$/gms)].map(({ index, 1: text = '' }) => ({
    name: `${page}:${whole.slice(0, index).split('\n').length + 1}`,
    text,
  }))
}

/** A module: what the block imports from its place in an app stands here under another name. */
function moduleOf(text: string): string {
  const isServer = /\b(requireRole|requireUser|currentUser)\b/.test(text)
  const dropIn = path.join(ROOT, isServer ? 'server.ts' : 'middleware.ts')
  const imported = text.replaceAll("'./stagedoor'", `'${dropIn}'`)
  // The client of a store under its new name is the same code.
  const named = imported.replaceAll("'@vercel/global-config'", "'@vercel/edge-config'")
  // A member of a configuration is no statement.
  const whole = /^\w+: \{/.test(named) ? `export const config = {\n${named}}` : named
  const missing = whole.includes('createGate(') && !whole.includes('import { createGate }')
  return `${missing ? `import { createGate } from '${dropIn}'\n` : ''}${whole}\n${PRELUDE}export {}\n`
}

test('the blocks compile', () => {
  const blocks = PAGES.flatMap(blocksOf)
  expect(blocks.length).toBeGreaterThan(3)
  const texts = new Map(
    blocks.map(({ text }, i) => [path.join(ROOT, `block-${i}.ts`), moduleOf(text)]),
  )
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...{ target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', strict: true },
      ...{ noEmit: true, skipLibCheck: true, types: ['node'], allowImportingTsExtensions: true },
    },
    ROOT,
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (name) => texts.has(name) || fileExists(name)
  host.readFile = (name) => texts.get(name) ?? readFile(name)
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name)
    if (text === undefined) return getSourceFile(name, ...rest)
    return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
  }
  const compiled = ts.createProgram([...texts.keys()], options, host)
  const found = ts.getPreEmitDiagnostics(compiled).map(({ file, messageText }) => {
    const at = [...texts.keys()].indexOf(file?.fileName ?? '')
    const message = ts.flattenDiagnosticMessageText(messageText, '\n')
    return `${blocks[at]?.name ?? file?.fileName}: ${message}`
  })
  expect(found).toEqual([])
})
