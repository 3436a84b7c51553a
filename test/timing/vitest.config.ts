import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Work that must take as long as other work, measured: `npm run test:timing`. Some minutes. */
export default defineConfig({
  test: {
    name: 'timing',
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/timing/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    // Two measurements at once would disturb each other.
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
})
