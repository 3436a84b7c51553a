/** Many modules, one file: what the drop-in is, and what joining refuses. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { amalgamate } from '../scripts/amalgamate.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is made, of what, and what it exports: how each statement starts. */
const DROP_INS = {
  'middleware.ts': {
    folder: 'src/gate',
    exports: [/^export function createGate\(/, /^export default createGate\(\)/],
  },
  'server.ts': {
    folder: 'src/server',
    exports: [
      /^export interface CurrentUser /,
      /^export type HeaderFields =/,
      /^export class AccessError /,
      /^export async function currentUser\(/,
      /^export async function requireUser\(/,
      /^export async function requireRole\(/,
    ],
  },
}

describe.each(Object.entries(DROP_INS))('%s', (name, { folder, exports }) => {
  const dropIn = readFileSync(join(root, name), 'utf8')
  const source = ts.createSourceFile(name, dropIn, ts.ScriptTarget.ESNext, true)

  test('is exactly what its folder makes', () => {
    expect(dropIn).toBe(amalgamate(join(root, folder, 'index.ts')))
  })

  test('imports nothing, at no time', () => {
    const found: string[] = []
    const visit = (node: ts.Node): void => {
      const isImport =
        ts.isImportDeclaration(node) || ts.isImportTypeNode(node) || ts.isMetaProperty(node)
      const isCall =
        ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText())
      if (isImport || isCall) found.push(node.getText())
      ts.forEachChild(node, visit)
    }
    visit(source)
    expect(found).toEqual([])
  })

  test('exports what the docs name, and nothing else', () => {
    const exported = source.statements.filter((node) => /^export\b/.test(node.getText()))
    expect(exported.map((node) => node.getText().split('\n')[0])).toEqual(
      exports.map((start) => expect.stringMatching(start)),
    )
  })

  test('bears the digest of all but its settings', () => {
    const [, opening] = /^(\/\*\*.*?\*\/)\n/s.exec(dropIn) ?? []
    const [, digest, below] =
      /\/\/ Made from src\/\w+ \(sha256 ([0-9a-f]{16})\)\. .*?\n\n(.*)$/s.exec(dropIn) ?? []
    expect(digest).toBe(
      createHash('sha256').update(`${opening}${below}`).digest('hex').slice(0, 16),
    )
  })

  test('names no type of a package and no global of Node but process.env', () => {
    // In code, not in comments.
    const words = new Set<string>()
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) words.add(node.text)
      ts.forEachChild(node, visit)
    }
    visit(source)
    const foreign = [
      'Buffer',
      'require',
      'module',
      'exports',
      'NextRequest',
      'NextResponse',
      '__dirname',
      'setImmediate',
      'globalThis',
      'eval',
      'Function',
    ]
    expect(foreign.filter((name) => words.has(name))).toEqual([])
    // The list of parts at the top names it as well.
    const code = dropIn.replace(/^\/\/.*$/gm, '')
    expect(
      code.match(/\bprocess\b(?!\.env\.[A-Z_]+\b)(?!: \{ env)/g)?.length ?? 0,
    ).toBeLessThanOrEqual(1)
  })
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'amalgamate-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const SETTINGS = { 'settings.ts': '/** Settings. */\nexport const DEPTH = 1\n' }
const INDEX = "/** The whole. */\nimport './settings.ts'\n"

/** Joins modules by their names; `settings.ts` is there. */
function joinFiles(files: { [name: string]: string }): string {
  for (const [name, text] of Object.entries({ ...SETTINGS, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return amalgamate(join(folder, 'index.ts'))
}

describe('joining', () => {
  test('moves text, dependencies first, and exports what the entry exports', () => {
    const text = joinFiles({
      'index.ts':
        `${INDEX}import { b } from './b.ts'\n\nexport { b, type B } from './b.ts'\nexport default b(DEPTH)\n`.replace(
          'import { b }',
          "import { DEPTH } from './settings.ts'\nimport { b }",
        ),
      'a.ts': '/** Leaf. */\n\n// Why.\nexport const a = 1 // one\n\nexport type A = number\n',
      'b.ts':
        "/** Branch. */\nimport { type A, a } from './a.ts'\n\nexport type B = A\n\n/** Doc. */\nexport function b(depth: number): B {\n  return a + depth\n}\n",
    })
    expect(text.replace(/src\/\S+ \(sha256 [0-9a-f]{16}/, 'src/gate (sha256 …')).toBe(
      `/** The whole. */

// --- settings.ts ${'-'.repeat(77)}
/** Settings. */
export const DEPTH = 1

// Made from src/gate (sha256 …). Edit nothing but the settings.

// The parts. Each stands below what it needs, so the file reads best from its end:
//
//   b            Branch
//   a            Leaf

// --- a.ts ${'-'.repeat(84)}
/** Leaf. */

// Why.
const a = 1 // one

type A = number

// --- b.ts ${'-'.repeat(84)}
/** Branch. */

export type B = A

/** Doc. */
export function b(depth: number): B {
  return a + depth
}

// --- index.ts ${'-'.repeat(80)}
export default b(DEPTH)
`.replace('export const DEPTH', 'const DEPTH'),
    )
  })

  const refusals: { [name: string]: [files: { [name: string]: string }, why: string | RegExp] } = {
    'a name declared twice': [
      {
        'index.ts': `${INDEX}import { a } from './a.ts'\nconst b = a\n`,
        'a.ts': 'export const a = 1\nconst b = 2\n',
      },
      /"b" is declared in .*a\.ts too$/,
    ],
    'a function and a constant of one name': [
      {
        'index.ts': `${INDEX}import { a } from './a.ts'\nfunction b() {}\n`,
        'a.ts': 'export const a = 1, b = 2\n',
      },
      /"b" is declared in .*a\.ts too$/,
    ],
    'a type and a constant of one name': [
      {
        'index.ts': `${INDEX}import { a } from './a.ts'\ntype b = 1\n`,
        'a.ts': 'export const a = 1\nconst b = 2\n',
      },
      /"b" is declared in .*a\.ts too$/,
    ],
    'a name of a pattern declared twice': [
      {
        'index.ts': `${INDEX}import { a } from './a.ts'\nconst { b } = { b: a }\n`,
        'a.ts': 'export const a = 1\nconst b = 2\n',
      },
      /./,
    ],
    'a package': [{ 'index.ts': `${INDEX}import { z } from 'zod'\n` }, 'imports the package "zod"'],
    'a type of a package': [
      { 'index.ts': `${INDEX}import type { z } from 'zod'\n` },
      'imports the package "zod"',
    ],
    'a module of Node': [
      { 'index.ts': `${INDEX}import { hash } from 'node:crypto'\n` },
      'imports the package "node:crypto"',
    ],
    'an import under another name': [
      { 'index.ts': `${INDEX}import { a as b } from './a.ts'\n`, 'a.ts': 'export const a = 1\n' },
      'import or export a name as it is',
    ],
    'an export under another name': [
      { 'index.ts': `${INDEX}export { a as b } from './a.ts'\n`, 'a.ts': 'export const a = 1\n' },
      'import or export a name as it is',
    ],
    'a default import': [
      { 'index.ts': `${INDEX}import a from './a.ts'\n`, 'a.ts': 'export default 1\n' },
      'import names, as they are',
    ],
    'a default export of a leaf': [
      { 'index.ts': `${INDEX}import './a.ts'\nexport default 2\n`, 'a.ts': 'export default 1\n' },
      /./,
    ],
    'a namespace': [
      { 'index.ts': `${INDEX}import * as a from './a.ts'\n`, 'a.ts': 'export const a = 1\n' },
      'import names, as they are',
    ],
    'export *': [
      { 'index.ts': `${INDEX}export * from './a.ts'\n`, 'a.ts': 'export const a = 1\n' },
      'name what is exported',
    ],
    'export * as': [
      { 'index.ts': `${INDEX}export * as a from './a.ts'\n`, 'a.ts': 'export const a = 1\n' },
      /./,
    ],
    'a cycle': [
      {
        'index.ts': `${INDEX}import { a } from './a.ts'\n`,
        'a.ts': "import { b } from './b.ts'\nexport const a = b\n",
        'b.ts': "import { a } from './a.ts'\nexport const b = a\n",
      },
      /^import cycle: .*a\.ts → .*b\.ts → .*a\.ts$/,
    ],
    'a module that imports itself': [
      { 'index.ts': `${INDEX}import './index.ts'\n` },
      /^import cycle: /,
    ],
    'import()': [
      { 'index.ts': `${INDEX}export const f = () => import('./settings.ts')\n` },
      'no import() in one file',
    ],
    'import.meta': [
      { 'index.ts': `${INDEX}export const here = import.meta.url\n` },
      'no import.meta in one file',
    ],
    'no opening comment': [{ 'index.ts': "import './settings.ts'\n" }, 'no opening comment'],
  }
  for (const [name, [files, why]] of Object.entries(refusals)) {
    test(`refuses ${name}`, () => {
      expect(() => joinFiles(files)).toThrow(why)
    })
  }

  for (const name of [
    'fetch',
    'Response',
    'crypto',
    'process',
    'Buffer',
    'console',
    'atob',
    'Map',
    'undefined',
  ]) {
    test(`refuses to hide the global ${name}`, () => {
      const hiding = {
        'index.ts': `${INDEX}import { a } from './a.ts'\n`,
        'a.ts': `export const a = 1\nconst ${name} = 2\n`,
      }
      expect(() => joinFiles(hiding)).toThrow(`"${name}" would hide a global`)
    })
  }

  test('names file and line', () => {
    expect(() => joinFiles({ 'index.ts': `${INDEX}\n\nimport { z } from 'zod'\n` })).toThrow(
      /index\.ts:5: imports/,
    )
  })

  test('takes a type of the name of a global, an ambient name twice, and one module for two', () => {
    const text = joinFiles({
      'index.ts': `${INDEX}import { a } from './a.ts'\nimport { b } from './b.ts'\nexport default [a, b]\n`,
      'a.ts': 'declare const process: 1\ntype Request = 1\nexport const a: Request = process\n',
      'b.ts':
        "import { a } from './a.ts'\ndeclare const process: 1\nexport const b = a + process\n",
    })
    expect(text.match(/^\/\/ --- .*?\.ts/gm)).toEqual([
      '// --- settings.ts',
      '// --- a.ts',
      '// --- b.ts',
      '// --- index.ts',
    ])
  })
})
