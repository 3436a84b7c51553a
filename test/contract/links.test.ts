/** Our command line finds the project that Vercel's own program finds. */
import { execFileSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Asked } from '../../src/local/vercel.ts'
import { LocalVercel } from '../../src/local/vercel.ts'
import { type Login, login } from './program.ts'

const STAGEDOOR = fileURLToPath(new URL('../../bin/stagedoor.js', import.meta.url))

let api: LocalVercel
let mine: Login

beforeAll(async () => {
  api = await new LocalVercel().start()
  for (const id of ['prj_one', 'prj_two']) api.addProject({ id, name: id })
  api.addTeam({ id: 'team_two', slug: 'two' })
  api.addProject({ id: 'prj_other', name: 'other', accountId: 'team_two' })
  api.addProject({ id: 'prj_own', name: 'own', accountId: api.user.id })
  mine = await login(api, { projectId: 'prj_one', orgId: 'team_local' })
  execFileSync('git', ['init', '-q', mine.folder])
  // The program knows the root of a repository by this file.
  await mkdir(path.join(mine.folder, '.git'), { recursive: true })
  await writeFile(path.join(mine.folder, '.git/config'), '[core]\n')
})
afterAll(async () => {
  await mine?.remove()
  await api?.stop()
})
beforeEach(async () => {
  await rm(path.join(mine.folder, '.vercel'), { recursive: true, force: true })
  await rm(path.join(mine.folder, 'apps'), { recursive: true, force: true })
  await mkdir(path.join(mine.folder, 'apps/web/src'), { recursive: true })
})

/** Where a program looked for variables: project and team. */
function askedOf(asked: Asked[]): string[] {
  const found = asked.flatMap(({ path: each }) => {
    const { pathname, searchParams } = new URL(each, 'http://127.0.0.1')
    const [, id] = /^\/v\d+\/projects\/(\w+)\/env$/.exec(pathname) ?? []
    return id ? [`${id} of ${searchParams.get('teamId') ?? 'nobody'}`] : []
  })
  return [...new Set(found)]
}

/** What each of the two finds in a folder. */
async function find(cwd: string, env: NodeJS.ProcessEnv) {
  api.forget()
  await mine.vercel(['env', 'ls', '--non-interactive'], { cwd, env })
  const theirs = askedOf(api.asked)
  api.forget()
  const own = { STAGEDOOR_API: api.url, VERCEL_TOKEN: api.token, ...env }
  await mine.run(STAGEDOOR, ['user', 'list', '--to', 'vercel:preview', '--json'], { cwd, env: own })
  return { theirs, ours: askedOf(api.asked) }
}

const one = { projectId: 'prj_one', orgId: 'team_local' }
const repository = (projects: object[], more: object = {}) => ({
  '.vercel/repo.json': { remoteName: 'origin', projects, ...more },
})
const web = { id: 'prj_one', name: 'web', directory: 'apps/web', orgId: 'team_local' }
const docs = { id: 'prj_two', name: 'docs', directory: 'apps/docs', orgId: 'team_local' }
const root = { id: 'prj_two', name: 'root', directory: '.', orgId: 'team_local' }
const ONE = ['prj_one of team_local']
const TWO = ['prj_two of team_local']

test.each<[string, { [file: string]: object }, string, NodeJS.ProcessEnv, string[]]>([
  ['a linked folder', { '.vercel/project.json': one }, '', {}, ONE],
  [
    'a personal project',
    { '.vercel/project.json': { projectId: 'prj_own', orgId: 'user_local' } },
    '',
    {},
    ['prj_own of nobody'],
  ],
  ['the folder above is linked', { '.vercel/project.json': one }, 'apps/web', {}, []],
  ['a repository', repository([web, docs]), 'apps/web', {}, ONE],
  ['a folder of a project in it', repository([web, docs]), 'apps/web/src', {}, ONE],
  ['the nearest project', repository([root, web]), 'apps/web', {}, ONE],
  ['the project of the root', repository([root, web]), '', {}, TWO],
  [
    'an owner for all, as it was',
    repository([{ ...web, orgId: undefined }], { orgId: 'team_local' }),
    'apps/web',
    {},
    ONE,
  ],
  [
    'an owner of its own',
    repository([{ ...web, id: 'prj_other', orgId: 'team_two' }], { orgId: 'team_local' }),
    'apps/web',
    {},
    ['prj_other of team_two'],
  ],
  [
    'a folder that is linked in a repository',
    {
      ...repository([web]),
      'apps/web/.vercel/project.json': { projectId: 'prj_two', orgId: 'team_local' },
    },
    'apps/web',
    {},
    TWO,
  ],
  [
    'settings that name no project',
    { ...repository([web]), 'apps/web/.vercel/project.json': { settings: {} } },
    'apps/web',
    {},
    ONE,
  ],
  ['outside of all projects', repository([web, docs]), 'apps', {}, []],
  ['two in one folder', repository([web, { ...docs, directory: 'apps/web' }]), 'apps/web', {}, []],
  [
    'the environment before files',
    { '.vercel/project.json': one },
    '',
    { VERCEL_ORG_ID: 'team_two', VERCEL_PROJECT_ID: 'prj_other' },
    ['prj_other of team_two'],
  ],
  [
    'half of the environment',
    { '.vercel/project.json': one },
    '',
    { VERCEL_PROJECT_ID: 'prj_one' },
    [],
  ],
  ['nothing', {}, '', {}, []],
])('%s', async (_, files, cwd, env, expected) => {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(mine.folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, JSON.stringify(content))
  }
  expect(await find(cwd, env)).toEqual({ theirs: expected, ours: expected })
})
