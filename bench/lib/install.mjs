/** The peers and esbuild, in the versions that bench/package.json pins. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { BENCH, WORK } from './paths.mjs'

const WANTED = path.join(BENCH, 'package.json')
const INSTALLED = path.join(WORK, 'package.json')
const COMPLETE = path.join(WORK, 'node_modules/.installed')

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** Installs them, unless they are there. */
export function installPeers() {
  if (read(COMPLETE) === read(WANTED)) return
  mkdirSync(WORK, { recursive: true })
  cpSync(WANTED, INSTALLED)
  // Next.js itself, which one peer asks for, is the repository's.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save']
  execFileSync('npm', ['install', '--prefix', WORK, ...flags], { stdio: ['ignore', 2, 2] })
  cpSync(WANTED, COMPLETE)
}

/** A module of the peers' node_modules. */
export function requirePeer(name) {
  return createRequire(INSTALLED)(name)
}

/** Versions by name, of peers and of Next.js. */
export function versions() {
  const version = (name) => {
    const require = createRequire(INSTALLED)
    const folder = require.resolve.paths(name).find((at) => existsSync(path.join(at, name)))
    return JSON.parse(read(path.join(folder, name, 'package.json'))).version
  }
  const { dependencies } = JSON.parse(read(WANTED))
  const names = [...Object.keys(dependencies), 'next', '@edge-runtime/vm']
  return Object.fromEntries(names.map((name) => [name, version(name)]))
}
