/**
 * The drop-in compiles alone with each TypeScript that an app may have, from the oldest on, and so
 * does what hands it a store.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { STORE_NAMES, storeClient, wiringText } from '../../src/cli/project/store-wiring.ts'
import { DROP_INS, FLAGS, projectOf } from '../runtimes/compile.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, 'node_modules/.cache/stagedoor/typescript')

for (const version of ['5.4.5', '5.9.3', '6.0.3', '7.0.2']) {
  describe(`TypeScript ${version}`, () => {
    const folder = join(cache, version)
    const tsc = join(folder, 'node_modules/typescript/bin/tsc')
    beforeAll(() => {
      mkdirSync(folder, { recursive: true })
      if (!existsSync(tsc)) install(folder, version)
      for (const name of DROP_INS) cpSync(join(root, name), join(folder, name))
    })

    for (const [name, flags] of Object.entries(FLAGS)) {
      test(`with the ${name} flags`, () => {
        const project = join(folder, `tsconfig.${name}.json`)
        writeFileSync(project, JSON.stringify(projectOf(flags), null, 2))
        expect(compile(tsc, project)).toEqual({ status: 0, stdout: '' })
      })

      test(`what hands it a store, with the ${name} flags`, () => {
        const project = join(folder, 'store', `tsconfig.${name}.json`)
        writeStoreApp(join(folder, 'store'))
        writeFileSync(project, JSON.stringify(storeProject(flags), null, 2))
        expect(compile(tsc, project)).toEqual({ status: 0, stdout: '' })
      })
    }
  })
}

function compile(tsc: string, project: string) {
  const args = [tsc, '-p', project, '--pretty', 'false']
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return { status, stdout }
}

/** The gate as stagedoor.ts, and a middleware for each client. */
function writeStoreApp(folder: string): void {
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'middleware.ts'), join(folder, 'stagedoor.ts'))
  for (const name of STORE_NAMES)
    writeFileSync(join(folder, `${name}.ts`), wiringText(storeClient(name)))
}

function storeProject(flags: object) {
  const { compilerOptions } = projectOf(flags)
  return {
    compilerOptions: {
      ...compilerOptions,
      // Every app of Next.js in TypeScript has them.
      types: ['node'],
      // With it no app can write process.env.NAME, as Next.js has it.
      noPropertyAccessFromIndexSignature: false,
      // The same declarations, under either name.
      paths: {
        '@vercel/global-config': [join(root, 'node_modules/@vercel/edge-config/dist/index.d.ts')],
      },
    },
    files: STORE_NAMES.map((name) => `${name}.ts`),
  }
}

function install(folder: string, version: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const args = [
    'install',
    '--ignore-scripts',
    '--no-save',
    '--no-audit',
    '--no-fund',
    `typescript@${version}`,
  ]
  execFileSync('npm', args, { cwd: folder, stdio: 'pipe' })
}
