import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * The local API against Vercel's own program and SDK, which it installs:
 * `npx vitest run --config test/contract/vitest.config.ts`. Takes a minute or two.
 */
export default defineConfig({
  test: {
    name: 'contract',
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/contract/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    globalSetup: fileURLToPath(new URL('install.ts', import.meta.url)),
    testTimeout: 120_000,
    hookTimeout: 600_000,
    // A process of the program takes a processor for a second.
    maxWorkers: 2,
  },
})
