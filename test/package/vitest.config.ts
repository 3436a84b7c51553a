import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * The package as somebody installs it, and judged by programs that it installs itself:
 * `npm run test:package`. Takes a minute or two, most of it `npm`.
 */
export default defineConfig({
  test: {
    name: 'package',
    root: here('../../'),
    include: ['test/package/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    globalSetup: here('install.ts'),
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
})
