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
  distDir: process.env.SHOP_DIST || '.next',
  output: process.env.SHOP_OUTPUT === 'standalone' ? 'standalone' : undefined,
  poweredByHeader: false,
  // forbidden.tsx and unauthorized.tsx.
  experimental: { authInterrupts: true },
  turbopack: { root },
  outputFileTracingRoot: root,
  redirects: async () => [{ source: '/shop', destination: '/products', permanent: false }],
}

export default config
