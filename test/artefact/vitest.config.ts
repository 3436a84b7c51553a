import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * What `vercel build` makes of a gated app, run: `npm run test:artefact`. Installs Vercel's program
 * and Next.js 15 and 16 once, and builds six apps; takes some minutes.
 */
export default defineConfig({
  test: {
    name: 'artefact',
    root: here('../../'),
    include: ['test/artefact/**/*.test.ts'],
    environment: 'node',
    env: { NO_COLOR: '1' },
    globalSetup: [here('../contract/install.ts'), here('install.ts')],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // A build takes all the processors there are.
    maxWorkers: 1,
  },
})
