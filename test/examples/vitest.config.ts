import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The examples, built: `npx vitest run --config test/examples/vitest.config.ts`. */
export default defineConfig({
  test: {
    name: 'examples',
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/examples/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    testTimeout: 60_000,
    hookTimeout: 600_000,
    // A build takes all the processors there are.
    maxWorkers: 1,
  },
})
