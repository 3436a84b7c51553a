import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Built sites: `npx vitest run --config test/next/vitest.config.ts`. Takes minutes. */
export default defineConfig({
  test: {
    name: 'next',
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/next/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    // Minutes, because a machine may do other things too.
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
    // A build takes all the processors there are.
    maxWorkers: 2,
  },
})
