/** Apps for `init --store`, and package managers that only say that they were called. */
import fs from 'node:fs'
import path from 'node:path'
import { appOf, makeTree, type Tree } from './init-support.ts'
import { makeBare } from './run.ts'

export const EDGE = `import { createClient } from '@vercel/edge-config'
import { createGate } from './stagedoor'

// Without these options the client may answer for ever with what it once read.
const store = () => {
  const client = createClient(process.env.EDGE_CONFIG, { staleIfError: false, cache: 'no-store' })
  return { get: (key: string) => client.get(key, { consistentRead: true }) }
}

export default createGate({ store })
`

export const GLOBAL = `import { createClient } from '@vercel/global-config'
import { createGate } from './stagedoor'

// Without these options the client may answer for ever with what it once read.
const store = () => {
  const client = createClient(process.env.GLOBAL_CONFIG || process.env.EDGE_CONFIG, {
    staleIfError: false,
    cache: 'no-store',
  })
  return { get: (key: string) => client.get(key, { consistentRead: true }) }
}

export default createGate({ store })
`

/** The package.json of an app, with these packages besides Next.js. */
export function packageJson(next: string, ...packages: string[]): string {
  const dependencies = Object.fromEntries(packages.map((name) => [name, '^1.5.1']))
  return JSON.stringify({ dependencies: { next, ...dependencies } })
}

/** An app whose package.json has the newer client already. */
export function makeListed(next: string, tree: Tree = {}): string {
  const files = appOf(next, tree)
  return makeTree({ ...files, 'package.json': packageJson(next, '@vercel/global-config') })
}

/**
 * A package manager for `PATH`, by whatever name. It notes its arguments and the files that it
 * finds, then does what it is to do: `add` the package, `forget` it, `fail`, or `hang` until it is
 * stopped, for which `deaf` needs more than a word.
 */
export function makeManager(name: string, what: 'add' | 'forget' | 'fail' | 'hang' | 'deaf') {
  const folder = makeBare()
  const note = path.join(folder, 'note.json')
  const program = `#!${process.execPath}
const fs = require('node:fs')
const note = { pid: process.pid, args: process.argv.slice(2), files: fs.readdirSync('.').sort() }
if (${what === 'deaf'}) process.on('SIGINT', () => fs.writeFileSync(${JSON.stringify(`${note}.deaf`)}, ''))
fs.writeFileSync(${JSON.stringify(`${note}.new`)}, JSON.stringify(note))
fs.renameSync(${JSON.stringify(`${note}.new`)}, ${JSON.stringify(note)})
console.log('said on \\x1b[31mstdout')
console.error('said on stderr of https://ann:hush-hush@registry.example/')
if (${what === 'add'}) {
  const json = JSON.parse(fs.readFileSync('package.json', 'utf8'))
  json.dependencies[process.argv.at(-1)] = '^1.5.1'
  fs.writeFileSync('package.json', JSON.stringify(json))
}
if (${what === 'fail'}) process.exitCode = 7
if (${what === 'hang' || what === 'deaf'}) setInterval(() => {}, 1000)
`
  fs.writeFileSync(path.join(folder, name), program, { mode: 0o755 })
  return {
    /** Lets it run this as well. */
    alsoDo: (code: string) => fs.appendFileSync(path.join(folder, name), code),
    env: { PATH: `${folder}${path.delimiter}${process.env.PATH}` },
    note: (): { pid: number; args: string[]; files: string[] } =>
      JSON.parse(fs.readFileSync(note, 'utf8')),
    /** Waits until it runs. */
    started: () => fileThere(note),
    /** Waits until it has not listened. */
    wasAsked: () => fileThere(`${note}.deaf`),
  }
}

async function fileThere(file: string): Promise<void> {
  while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20))
}
