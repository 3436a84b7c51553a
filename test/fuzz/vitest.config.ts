import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * Whole requests, made at random, against an oracle: `npm run test:fuzz`. Some minutes of two processors;
 * `FUZZ=10000000` asks for so many requests, `SEED=…` repeats what a seed has found.
 */
export default defineConfig({
  test: {
    name: 'fuzz',
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/fuzz/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    // One file after the other: each takes all processors.
    fileParallelism: false,
    testTimeout: 24 * 3_600_000,
    hookTimeout: 300_000,
  },
})
