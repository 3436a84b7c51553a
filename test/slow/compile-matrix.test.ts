/** The drop-in compiles alone with each TypeScript that an app may have, from the oldest on. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
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
        const { status, stdout } = spawnSync(
          process.execPath,
          [tsc, '-p', project, '--pretty', 'false'],
          {
            encoding: 'utf8',
          },
        )
        expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
      })
    }
  })
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
