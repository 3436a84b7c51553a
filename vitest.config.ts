import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const SLOW = 'test/slow/**/*.test.ts'

/** The same cases for one artefact of the gate in one runtime. */
function gate(artefact: string, environment: 'node' | 'edge-runtime') {
  // The store's tests talk to a local server, so they run where there is `node:http`.
  const include = ['test/gate/**/*.test.ts']
  if (environment === 'node') include.push('test/store/**/*.test.ts')
  // What is not in the public surface is the same for either artefact.
  const exclude = artefact === 'middleware.ts' ? ['test/gate/direct/**'] : []
  return {
    extends: true as const,
    resolve: { alias: { '#gate': fileURLToPath(new URL(artefact, import.meta.url)) } },
    test: { name: `${artefact} ${environment}`, environment, include, exclude },
  }
}

/** What runs once, in Node. */
function once(name: string, include: string[]) {
  const exclude = name === 'slow' ? [] : [SLOW]
  const setupFiles = name === 'once' ? [] : ['test/cli/leave-nothing.ts']
  const environment = 'node' as const
  return { extends: true as const, test: { name, environment, include, exclude, setupFiles } }
}

export default defineConfig({
  test: {
    // Colour would stand in what tests compare.
    env: { NO_COLOR: '1' },
    // Starting a worker costs more than most files; no test leaves anything behind.
    isolate: false,
    pool: 'threads',
    // More than there may be cores: some tests wait a second for a time-out.
    maxWorkers: 4,
    // A machine that does other things too must not fail a test.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      gate('src/gate/index.ts', 'node'),
      gate('src/gate/index.ts', 'edge-runtime'),
      gate('middleware.ts', 'node'),
      gate('middleware.ts', 'edge-runtime'),
      once('once', [
        'test/*.test.ts',
        'test/local/**/*.test.ts',
        'test/runtimes/**/*.test.ts',
        'test/server/**/*.test.ts',
      ]),
      once('cli', ['test/cli/**/*.test.ts']),
      // `npm test` leaves these out: `vitest run --project slow`.
      {
        extends: true,
        test: { ...once('slow', [SLOW]).test, testTimeout: 300_000, hookTimeout: 600_000 },
      },
    ],
  },
})
