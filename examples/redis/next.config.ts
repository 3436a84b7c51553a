import { createRequire } from 'node:module'
import path from 'node:path'
import type { NextConfig } from 'next'

// The folder whose node_modules holds Next.js: the repository here, the app itself when
// it was copied elsewhere. Left to guess, Next.js follows any lockfile further up.
const root = path.resolve(
  createRequire(path.resolve('next.config.ts')).resolve('next/package.json'),
  '../../..',
)

const config: NextConfig = {
  poweredByHeader: false,
  turbopack: { root },
  outputFileTracingRoot: root,
}

export default config
