/** What a deployment carries of each: minified, and then as gzip sends it. Next.js itself is not counted. */
import path from 'node:path'
import { constants, gzipSync } from 'node:zlib'
import { DROP_IN } from '../lib/bundle.mjs'
import { installPeers, requirePeer } from '../lib/install.mjs'
import { BENCH, REPOSITORY, WORK } from '../lib/paths.mjs'

/** @returns {{ name: string, minified: number, gzipped: number }[]} bytes */
export function measureSizes(gate = DROP_IN) {
  installPeers()
  const subject = (name) => path.join(BENCH, 'subjects', `${name}.mjs`)
  const files = {
    'middleware.ts': gate,
    'server.ts': path.join(REPOSITORY, 'server.ts'),
    'nextjs-basic-auth-middleware': subject('nextjs-basic-auth-middleware'),
    'hono-basic-auth': subject('hono-basic-auth'),
    snippet: subject('snippet'),
  }
  return Object.entries(files).map(([name, file]) => ({ name, ...measureFile(file) }))
}

function measureFile(file) {
  const { outputFiles } = requirePeer('esbuild').buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    nodePaths: [path.join(WORK, 'node_modules')],
    external: ['next/*'],
    logLevel: 'error',
  })
  const [{ contents }] = outputFiles
  const gzipped = gzipSync(contents, { level: constants.Z_BEST_COMPRESSION })
  return { minified: contents.length, gzipped: gzipped.length }
}
