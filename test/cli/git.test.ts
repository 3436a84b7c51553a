/** Asking git about a file of a repository that was made to be asked: nothing of it is run. */
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { gitState } from '../../src/cli/places/git.ts'
import { git } from './doctor-support.ts'
import { makeTree } from './init-support.ts'

/**
 * Makes a folder of git's, under the name of the first one or right in it, that has to fetch an
 * object before it can say which files it has, and that names a program to fetch by.
 */
function makeTrap(repository: string, into: string, witness: string): void {
  const seed = makeTree({ 'kept/a': 'a', 'left/out/b': 'b' })
  git(seed, 'init', '-q')
  git(seed, 'add', '.')
  git(seed, 'commit', '-q', '-m', 'x')
  const [tree = ''] = execFileSync('git', ['rev-parse', 'HEAD:left'], { cwd: seed })
    .toString()
    .split('\n')
  git(seed, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'kept')
  const from = path.join(seed, '.git')
  fs.rmSync(path.join(from, 'objects', tree.slice(0, 2), tree.slice(2)))
  fs.rmSync(path.join(from, 'hooks'), { recursive: true, force: true })
  fs.mkdirSync(into, { recursive: true })
  fs.cpSync(from, into, { recursive: true })
  const config = `[core]
	repositoryformatversion = 1
	bare = false
${into === path.join(repository, '.git') ? '' : '\tworktree = .\n'}[extensions]
	worktreeConfig = true
	partialClone = origin
[remote "origin"]
	url = .
	promisor = true
	uploadpack = "touch ${witness}; false"
`
  fs.writeFileSync(path.join(into, 'config'), config)
}

describe('a repository whose configuration names a program', () => {
  test.each([
    ['in a folder that looks like one', 'web'],
    ['in its .git', '.git'],
  ])('%s does not have it run', async (_where, place) => {
    const dir = makeTree({ 'web/.env.local': 'A=1\n', '.env.local': 'A=1\n', witness: null })
    git(dir, 'init', '-q')
    if (place === '.git') fs.rmSync(path.join(dir, '.git'), { recursive: true })
    const witness = path.join(dir, 'witness/ran')
    makeTrap(dir, path.join(dir, place), witness)
    const folder = place === '.git' ? dir : path.join(dir, place)
    expect(await gitState(path.join(folder, '.env.local'))).toBe('visible')
    expect(fs.existsSync(witness)).toBe(false)
    // Else the trap would be none.
    const plain = ['-c', 'safe.bareRepository=all', 'ls-files', '--error-unmatch', '.env.local']
    spawnSync('git', plain, { cwd: folder })
    expect(fs.existsSync(witness)).toBe(true)
  })
})

test('a file below the folder that has the .git, also by a link', async () => {
  const dir = makeTree({
    'a/b/.env': 'A=1\n',
    'a/b/.env.local': 'A=1\n',
    '.gitignore': '*.local\n',
  })
  git(dir, 'init', '-q')
  fs.symlinkSync('a/b', path.join(dir, 'to'))
  for (const folder of ['a/b', 'to']) {
    expect(await gitState(path.join(dir, folder, '.env'))).toBe('visible')
    expect(await gitState(path.join(dir, folder, '.env.local'))).toBe('ignored')
  }
  git(dir, 'add', '.')
  expect(await gitState(path.join(dir, 'to/.env'))).toBe('tracked')
})
