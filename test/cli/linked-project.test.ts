/** Which project a folder is of: as the `vercel` program finds it. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { lookForLinkedProject } from '../../src/cli/vercel/linked-project.ts'
import { makeBare } from './run.ts'

/** What is found from a folder. */
function find(files: Record<string, unknown>, from = '.', env: Record<string, string> = {}) {
  const texts = Object.entries(files).map(([name, value]) => {
    return [name, typeof value === 'string' ? value : JSON.stringify(value)]
  })
  const root = makeBare(Object.fromEntries(texts))
  const cwd = path.join(root, from)
  fs.mkdirSync(cwd, { recursive: true })
  return lookForLinkedProject({ cwd, env } as unknown as Parameters<typeof lookForLinkedProject>[0])
}

const project = { projectId: 'prj_a', orgId: 'team_a' }
const PROJECT = '.vercel/project.json'
const REPO = '.vercel/repo.json'

describe('found', () => {
  test('by the folder, not by one above', () => {
    expect(find({ [PROJECT]: { ...project, projectName: 'shop', settings: {} } })).toEqual({
      ...project,
      from: PROJECT,
    })
    expect(find({ [PROJECT]: project }, 'inside')).toBe(undefined)
  })

  test('by the environment, before all else', () => {
    const env = { VERCEL_ORG_ID: 'team_b', VERCEL_PROJECT_ID: 'prj_b' }
    expect(find({ [PROJECT]: project }, '.', env)).toMatchObject({
      projectId: 'prj_b',
      orgId: 'team_b',
    })
    expect(() => find({}, '.', { VERCEL_ORG_ID: 'team_b' })).toThrow(
      'VERCEL_ORG_ID is set, and VERCEL_PROJECT_ID is not',
    )
  })

  const repo = {
    orgId: 'team_r',
    remoteName: 'origin',
    projects: [
      { id: 'prj_root', name: 'root', directory: '.' },
      { id: 'prj_web', name: 'web', directory: 'apps/web', orgId: 'team_w' },
      { id: 'prj_docs', name: 'docs', directory: 'apps/web/docs' },
    ],
  }

  test.each([
    ['.', 'prj_root', 'team_r'],
    ['apps', 'prj_root', 'team_r'],
    ['apps/web', 'prj_web', 'team_w'],
    ['apps/web/src', 'prj_web', 'team_w'],
    ['apps/website', 'prj_root', 'team_r'],
    ['apps/web/docs/pages', 'prj_docs', 'team_r'],
  ])('by the repository, from %s', (from, projectId, orgId) => {
    expect(find({ [REPO]: repo }, from)).toEqual({ projectId, orgId, from: REPO })
    // Settings alone are no link.
    const settings = { [path.join(from, PROJECT)]: { settings: {} } }
    expect(find({ [REPO]: repo, ...settings }, from)).toMatchObject({ projectId })
  })

  test('none, where no project has the folder', () => {
    const [, web] = repo.projects
    expect(find({ [REPO]: { ...repo, projects: [web] } }, 'other')).toBe(undefined)
  })

  test('two of one folder are one too many', () => {
    const projects = ['prj_a', 'prj_b'].map((id) => ({ id, directory: '.' }))
    expect(() => find({ [REPO]: { orgId: 'team_a', projects } })).toThrow('several projects')
  })
})

describe('refused', () => {
  test.each([
    ['no JSON', '{'],
    ['a list', '[1]'],
    ['null', 'null'],
  ])('%s is no link', (_what, text) => {
    const look = () => find({ [PROJECT]: text })
    if (text === '{') expect(look).toThrow('does not name a project')
    else expect(look()).toBe(undefined)
  })

  test.each([
    '../../v1/user',
    'prj_a/../..',
    '..',
    '.',
    '',
    'prj_a?teamId=team_b',
    'prj_a#',
    'a b',
    'prj_\u001b[31m',
    7,
    ['prj_a'],
    { toString: 'prj_a' },
    'a'.repeat(101),
  ])('%j is no id', (projectId) => {
    const message = '.vercel/project.json does not name a project as `vercel link` writes it'
    expect(() => find({ [PROJECT]: { ...project, projectId } })).toThrow(message)
    expect(() => find({ [PROJECT]: { ...project, orgId: projectId } })).toThrow(message)
    const projects = [{ id: projectId, directory: '.' }]
    expect(() => find({ [REPO]: { orgId: 'team_a', projects } })).toThrow('does not name a project')
    if (typeof projectId !== 'string' || projectId === '') return
    const env = { VERCEL_ORG_ID: 'team_a', VERCEL_PROJECT_ID: projectId }
    expect(() => find({}, '.', env)).toThrow('are not both ids')
  })

  test.each([[{ projects: 'all' }], [{}], ['[]']])('a repository of %j', (document) => {
    expect(() => find({ [REPO]: document })).toThrow('repo.json does not name a project')
  })

  test('what is no file is not read: reading a pipe would take for ever', () => {
    expect(() => find({ '.vercel/project.json/in': '' })).toThrow('does not name a project')
  })
})
