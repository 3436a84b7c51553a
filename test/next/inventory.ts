/** What a built site holds, read from its files, so that no URL is left out by hand. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { allow } from './policy.ts'
import { listFiles, type Site } from './targets.ts'
import { majorOf } from './versions.ts'

export interface Inventory {
  /** Of Next.js: 13 to 16. */
  major: number
  buildId: string
  /** Paths under `/_next/static`, escaped. */
  staticFiles: string[]
  publicFiles: string[]
  /** What the build has drawn beforehand, as paths: `/news`, and `.rsc`, segments of the same. */
  prerendered: string[]
  /** Server actions: the id by the function's name. */
  actions: { [name: string]: string }
  /** Whoever knows it regenerates pages, and is not asked by the gate. */
  previewId: string
}

export async function readInventory(site: Site): Promise<Inventory> {
  const build = path.join(site.folder, '.next')
  const read = (name: string) => readFile(path.join(build, name), 'utf8')
  const actions = JSON.parse(await read('server/server-reference-manifest.json')).node
  const staticFiles = await listFiles(path.join(build, 'static'))
  return {
    major: majorOf(site.next),
    buildId: (await read('BUILD_ID')).trim(),
    staticFiles: staticFiles.map((name) => escapePath(`_next/static/${name}`)),
    publicFiles: (await listFiles(path.join(site.folder, 'public'))).map(escapePath).filter(isShut),
    prerendered: (await listFiles(path.join(build, 'server/app')))
      .flatMap(pathOfFile)
      .filter(isShut),
    actions: Object.fromEntries(
      await Promise.all(
        Object.keys(actions).map(async (id) => [await actionName(site, id, actions[id]), id]),
      ),
    ),
    previewId: JSON.parse(await read('prerender-manifest.json')).preview.previewModeId,
  }
}

/** Whether no rule of the policy is about a path, in any language, or about one that it goes on from. */
function isShut(target: string): boolean {
  // 13 draws pages of `app` once more below the default language.
  const path = target.replace(/^\/(de|en)(?=\/)/, '')
  return !allow.some((rule) => rule.startsWith('/') && path.startsWith(rule))
}

// 16 names the function; in 15 the name stands in the page's server bundle only.
async function actionName(site: Site, id: string, entry: { exportedName?: string }) {
  if (entry.exportedName) return entry.exportedName
  const bundles = path.join(site.folder, '.next/server')
  for (const name of await listFiles(bundles)) {
    if (!name.endsWith('.js')) continue
    const text = await readFile(path.join(bundles, name), 'utf8')
    const near = text.match(new RegExp(`${id}[^\\n]{0,80}?(order|leave|wipe|identify|promote)`))
    if (near?.[1]) return near[1]
  }
  return id
}

function pathOfFile(name: string): string[] {
  const page = /^(.*)\.(html|body)$/.exec(name)?.[1] ?? (/\.rsc$/.test(name) ? name : undefined)
  return page === undefined ? [] : [escapePath(page.replace(/^index$/, ''))]
}

function escapePath(name: string): string {
  return `/${name.split('/').map(encodeURIComponent).join('/')}`
}
