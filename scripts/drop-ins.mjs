/**
 * Puts the files that people copy into an example, and makes the secret that they need.
 *
 * As a program, `node scripts/drop-ins.mjs EXAMPLE [FOLDER]`, it copies and no more: what a
 * build on a platform needs, where the secret is a variable of the platform’s.
 */
import { randomBytes } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = path.resolve(fileURLToPath(new URL('..', import.meta.url)))

/** Where each example has its drop-ins; git ignores them there. */
const PLACES = {
  shop: { 'middleware.ts': 'proxy.ts', 'server.ts': 'lib/stagedoor.ts' },
  'shop with a store': { 'middleware.ts': 'stagedoor.ts', 'server.ts': 'lib/stagedoor.ts' },
  backend: { 'middleware.ts': 'stagedoor.ts', 'server.ts': 'lib/stagedoor-server.ts' },
}

/** Copies the drop-ins of an example into a folder, which is the example’s own by default. */
export async function copyDropIns(example, folder = path.join(ROOT, 'examples', example)) {
  // What another way to start the example has left. Next.js 16 refuses to build where a gate of
  // Next.js 15 is beside its own.
  for (const name of ['middleware.ts', 'proxy.ts', 'stagedoor.ts']) {
    if (example.startsWith('shop')) await rm(path.join(folder, name), { force: true })
  }
  for (const [from, to] of Object.entries(PLACES[example])) {
    const file = path.join(folder, to)
    await mkdir(path.dirname(file), { recursive: true })
    await copyFile(path.join(ROOT, from), file)
  }
}

/**
 * Copies the gate into the shop as `init --store` does: beside the lines that hand it a store of
 * Vercel's.
 */
export async function copyWithStore(folder) {
  await copyDropIns('shop with a store', folder)
  const { storeClient, wiringText } = await import('../dist/cli/project/store-wiring.js')
  await writeFile(path.join(folder, 'proxy.ts'), wiringText(storeClient('edge-config')))
}

/** Adds a `STAGEDOOR_SECRET` to a folder’s `.env.local`, unless there is one. */
export async function makeSecret(folder) {
  // 32: as many bytes as the digest of HMAC-SHA-256 has.
  await setVariable(
    folder,
    'STAGEDOOR_SECRET',
    (old) => old ?? randomBytes(32).toString('base64url'),
  )
}

/** Sets a variable of a folder’s `.env.local`. @param value given the old one, if there is one */
export async function setVariable(folder, name, value) {
  const file = path.join(folder, '.env.local')
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const line = new RegExp(`^${name}=(.*)$`, 'm')
  const [, old] = line.exec(text) ?? []
  const next = `${name}=${value(old || undefined)}`
  const gap = text === '' || text.endsWith('\n') ? '' : '\n'
  const changed = old === undefined ? `${text}${gap}${next}\n` : text.replace(line, () => next)
  await writeFile(file, changed, { mode: 0o600 })
  // A mode is only for files that are new.
  await chmod(file, 0o600)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [example = '', folder] = process.argv.slice(2)
  if (!Object.hasOwn(PLACES, example)) {
    console.error(`drop-ins: error: say which example: ${Object.keys(PLACES).join(' or ')}`)
    process.exit(2)
  }
  await copyDropIns(example, folder)
}
