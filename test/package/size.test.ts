/** How much a copied file adds to what is deployed. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { installed } from './install.ts'
import { LIMITS } from './limits.ts'
import { ROOT } from './pack.ts'

/** What is used of esbuild. */
interface Minifier {
  transform(text: string, options: object): Promise<{ code: string }>
}

test.each(Object.entries(LIMITS))(
  '%s, minified, is at most %i bytes after gzip',
  async (name, limit) => {
    const file = pathToFileURL(installed('esbuild/lib/main.js')).href
    const { transform }: Minifier = await import(file)
    const text = await readFile(path.join(ROOT, name), 'utf8')
    const { code } = await transform(text, { loader: 'ts', minify: true, target: 'es2022' })
    const size = gzipSync(code, { level: 9 }).length
    expect(size).toBeLessThanOrEqual(limit)
    // A limit far above what there is holds nothing: lower it in limits.ts.
    expect(size).toBeGreaterThan(limit * 0.8)
  },
)
