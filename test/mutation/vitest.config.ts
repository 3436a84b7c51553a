import { fileURLToPath } from 'node:url'
import type { RunnerTestCase, RunnerTestFile } from 'vitest'
import { defineConfig } from 'vitest/config'
import { createWarmWorker } from './warm-pool.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** For Stryker, which looks at tests alone, a file that cannot even be imported is a failed one. */
function countImport(module: object): void {
  const { task: file } = module as { task: RunnerTestFile }
  if (file.result?.state !== 'fail' || file.tasks.length > 0) return
  const test = { ...file, type: 'test', name: 'is imported', file } as unknown as RunnerTestCase
  file.tasks.push(test)
}

/** The tests that MUTATION_TESTS names, of src/gate and in Node: what Stryker runs for a mutant. */
export default defineConfig({
  resolve: { alias: { '#gate': `${root}src/gate/index.ts` } },
  plugins: [
    {
      name: 'warm-pool',
      // Not below, because Stryker's runner sets the pool itself.
      configureVitest({ project }) {
        project.config.pool = 'warm'
        project.config.poolRunner = { name: 'warm', createPoolWorker: createWarmWorker }
      },
    },
  ],
  test: {
    root,
    environment: 'node',
    reporters: [{ onTestModuleEnd: countImport }],
    include: (process.env['MUTATION_TESTS'] ?? '').split(' '),
    env: { NO_COLOR: '1' },
    isolate: false,
    testTimeout: 12_000,
    hookTimeout: 12_000,
  },
})
