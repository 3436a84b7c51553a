/**
 * Which project on Vercel an app is, as the `vercel` program finds it (64.0.2): two variables of
 * the environment, `.vercel/project.json` of the folder, or `.vercel/repo.json` of the repository.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CliError, errorCode, systemError } from '../errors.ts'
import type { Io } from '../io.ts'
import { relativePath } from '../relative-path.ts'
import { shellWord } from '../talk.ts'

/** A project, and what named it. */
export interface LinkedProject {
  projectId: string
  /** The account it belongs to: `team_…`, or a user's id. */
  orgId: string
  /** What named it: `.vercel/project.json`, … */
  from: string
}

const PROJECT = path.join('.vercel', 'project.json')
const REPOSITORY = path.join('.vercel', 'repo.json')

const LINK = 'run `npx vercel link` in the folder of the app'

/** @throws {CliError} where nothing names one, or what does cannot be read */
export function findLinkedProject(io: Io): LinkedProject {
  const linked = lookForLinkedProject(io)
  if (linked) return linked
  const around = linkedAround(io.cwd)
  throw new CliError('this folder is not linked to a project on Vercel', {
    hint:
      around === undefined
        ? `${LINK}, or set VERCEL_ORG_ID and VERCEL_PROJECT_ID`
        : `a folder around it is: run the command again with \`--cwd ${shellWord(around)}\``,
  })
}

/** @throws {CliError} where what names one cannot be read */
export function lookForLinkedProject(io: Io): LinkedProject | undefined {
  return ofEnvironment(io) ?? ofFolder(io.cwd) ?? ofRepository(io.cwd)
}

function ofEnvironment({ env }: Io): LinkedProject | undefined {
  const { VERCEL_ORG_ID: orgId, VERCEL_PROJECT_ID: projectId } = env
  if (orgId && projectId) {
    if (!isId(orgId) || !isId(projectId)) throw noIds()
    return { orgId, projectId, from: 'VERCEL_PROJECT_ID of the environment' }
  }
  if (!orgId && !projectId) return undefined
  const [there, missing] = orgId
    ? ['VERCEL_ORG_ID', 'VERCEL_PROJECT_ID']
    : ['VERCEL_PROJECT_ID', 'VERCEL_ORG_ID']
  throw new CliError(`${there} is set, and ${missing} is not`, {
    hint: 'set both, or neither; `vercel link` writes both ids to .vercel/project.json',
  })
}

function noIds(): CliError {
  return new CliError('VERCEL_ORG_ID and VERCEL_PROJECT_ID are not both ids', {
    hint: 'copy them from the settings of the team and of the project on vercel.com',
  })
}

function ofFolder(folder: string): LinkedProject | undefined {
  const document = readJson(path.join(folder, PROJECT), PROJECT)
  if (document === undefined) return undefined
  const { projectId, orgId } = Object(document)
  // Settings alone, which `vercel pull` may leave: the program goes on to the repository too.
  if (projectId === undefined && orgId === undefined) return undefined
  if (!isId(projectId) || !isId(orgId)) throw unreadable(PROJECT)
  return { projectId, orgId, from: PROJECT }
}

/** A repository of several projects: the one whose folder is nearest around this one. */
function ofRepository(folder: string): LinkedProject | undefined {
  const root = repositoryOf(folder)
  const document = root && readJson(path.join(root, REPOSITORY), REPOSITORY)
  if (root === undefined || document === undefined) return undefined
  const { orgId, projects } = Object(document)
  if (!Array.isArray(projects)) throw unreadable(REPOSITORY)
  const here = relativePath(root, folder)
  const around = projects
    .map((project) => Object(project) as { id?: unknown; orgId?: unknown; directory?: unknown })
    .filter(({ directory }) => isAround(directory, here))
    .sort((a, b) => depth(b.directory) - depth(a.directory))
  const [nearest, other] = around
  if (!nearest) return undefined
  if (other && other.directory === nearest.directory) throw several(folder)
  const owner = nearest.orgId ?? orgId
  if (!isId(nearest.id) || !isId(owner)) throw unreadable(REPOSITORY)
  return { projectId: nearest.id, orgId: owner, from: REPOSITORY }
}

/** A folder around this one that is linked: not taken unasked, because the program takes none. */
function linkedAround(folder: string): string | undefined {
  const above = path.dirname(folder)
  if (above === folder || above === os.homedir()) return undefined
  return fs.existsSync(path.join(above, PROJECT)) ? above : linkedAround(above)
}

function repositoryOf(folder: string): string | undefined {
  const home = os.homedir()
  for (let dir = folder; dir !== home; dir = path.dirname(dir)) {
    if (fs.existsSync(path.join(dir, REPOSITORY))) return dir
    if (path.dirname(dir) === dir) break
  }
  return undefined
}

function isAround(directory: unknown, here: string): boolean {
  if (typeof directory !== 'string') return false
  return directory === '.' || here === directory || here.startsWith(`${directory}/`)
}

function depth(directory: unknown): number {
  return directory === '.' ? 0 : String(directory).split('/').length
}

/** Ids stand in addresses that we ask: a path in one would lead elsewhere. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) && !/^\.+$/.test(value)
}

function readJson(file: string, name: string): unknown {
  try {
    // Never a device or a pipe: reading those may take for ever.
    if (!fs.statSync(file).isFile()) throw unreadable(name)
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    if (error instanceof CliError) throw error
    throw error instanceof SyntaxError ? unreadable(name) : systemError(error, `read ${name}`, LINK)
  }
}

function unreadable(name: string): CliError {
  return new CliError(`${name} does not name a project as \`vercel link\` writes it`, {
    hint: `remove the folder .vercel, and ${LINK}`,
  })
}

function several(folder: string): CliError {
  return new CliError(`several projects of ${REPOSITORY} have the folder ${folder}`, {
    hint: 'set VERCEL_ORG_ID and VERCEL_PROJECT_ID to say which one',
  })
}
