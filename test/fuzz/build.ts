/** Makes JavaScript of TypeScript, for threads and processes that start without vitest. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A folder with what was built, until it is removed. */
export interface Built {
  /** The address of a module by its source's path below the repository. */
  address(source: string): string
  /** Builds another text as a module, and gives its address. */
  add(name: string, text: string): string
  remove(): void
}

/** Builds the gate, the drop-in, and folders of tests. */
export function build(...folders: string[]): Built {
  const home = mkdtempSync(join(tmpdir(), 'stagedoor-built-'))
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  const write = (source: string, text: string) => {
    const file = join(home, source.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, compile(text))
    return pathToFileURL(file).href
  }
  for (const source of ['middleware.ts', ...['src/gate', ...folders].flatMap(sourcesOf)]) {
    write(source, readFileSync(join(ROOT, source), 'utf8'))
  }
  return {
    address: (source) => pathToFileURL(join(home, source.replace(/\.ts$/, '.js'))).href,
    add: write,
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

function sourcesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(\.test|\.d|vitest\.config)\.ts$/.test(name))
    .map((name) => `${folder}/${name}`)
}

function compile(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
    },
  })
  return outputText
}
