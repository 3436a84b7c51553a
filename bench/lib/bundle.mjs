/** Subjects as scripts that any runtime evaluates: one text for Node.js and for an edge VM. */
import path from 'node:path'
import { requirePeer } from './install.mjs'
import { BENCH, REPOSITORY, WORK } from './paths.mjs'

/** The gate where nothing else is said: what people copy. */
export const DROP_IN = path.join(REPOSITORY, 'middleware.ts')

/**
 * A module as the text of an expression, whose value is what it exports.
 *
 * @param {string} entry below bench/
 * @param {{ gate?: string, minify?: boolean }} options `gate`: which file stands for the gate
 */
export function bundle(entry, { gate = DROP_IN, minify = false } = {}) {
  const { outputFiles } = requirePeer('esbuild').buildSync({
    entryPoints: [path.join(BENCH, entry)],
    bundle: true,
    write: false,
    minify,
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    nodePaths: [path.join(WORK, 'node_modules'), path.join(REPOSITORY, 'node_modules')],
    alias: { '#gate': path.resolve(gate), 'next/server': path.join(BENCH, 'lib/next-server.mjs') },
    // As the build of Next.js has it.
    define: {
      'process.env.NEXT_RUNTIME': '"edge"',
      'process.env.__NEXT_NO_MIDDLEWARE_URL_NORMALIZE': 'undefined',
    },
    logLevel: 'error',
  })
  return `(() => {
'use strict'
const module = { exports: {} }
const { exports } = module
${outputFiles[0].text}
return module.exports
})()`
}
