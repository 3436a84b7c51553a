import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** That the benchmark measures what it says: `npm run test:bench`. It builds the app twice. */
export default defineConfig({
  test: {
    name: 'bench',
    root: fileURLToPath(new URL('../', import.meta.url)),
    include: ['bench/test/**/*.test.mjs'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    testTimeout: 60_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
  },
})
