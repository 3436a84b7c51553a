import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NEXT_FILES, readTexts, runEnvironments } from '../../src/cli/places/next-env.ts'
import { loadFolderLikeNext } from './next-env.ts'
import { makeFolder } from './run.ts'

const NAMES = ['STAGEDOOR', 'STAGEDOOR_POLICY', 'VERCEL_ENV']

test('the environment of a run is what Next.js loads from the folder', () => {
  const value = fc.constantFrom('', 'on', "'a b'", '$STAGEDOOR', '"x"')
  const file = fc.array(fc.tuple(fc.constantFrom(...NAMES.slice(1)), value), { maxLength: 3 })
  // STAGEDOOR refers to nothing: Next.js runs out of stack on a name that stands for itself.
  const first = fc.constantFrom('', 'STAGEDOOR=off\n', 'STAGEDOOR=1\n', 'STAGEDOOR=\n')
  const files = fc.array(fc.option(fc.tuple(first, file)), { minLength: 6, maxLength: 6 })
  const folder = makeFolder()
  fc.assert(
    fc.property(files, (contents) => {
      for (const [i, name] of NEXT_FILES.entries()) {
        const [head, lines] = contents[i] ?? []
        const target = path.join(folder, name)
        if (lines === undefined) fs.rmSync(target, { force: true })
        else
          fs.writeFileSync(target, head + lines.map(([key, text]) => `${key}=${text}\n`).join(''))
      }
      for (const { run, settings } of runEnvironments(readTexts(folder, '.env'), process.env)) {
        const loaded = loadFolderLikeNext(folder, run === 'next dev')
        for (const name of NAMES) {
          expect([run, name, settings.get(name)?.value]).toEqual([run, name, loaded[name]])
        }
      }
    }),
    { numRuns: process.env.SLOW ? 2_000 : 100 },
  )
})
