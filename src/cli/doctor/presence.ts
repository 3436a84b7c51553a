/** Whether there is an app, and a gate where this Next.js looks for it, under a name that it reads. */
import path from 'node:path'
import { conventionName, type Found } from '../project/app-files.ts'
import { digestOf } from '../project/drop-in.ts'
import type { NextApp } from '../project/next-app.ts'
import { relativePath } from '../relative-path.ts'
import { advise, shellWord } from '../talk.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'

export function presenceFindings(facts: Facts): Finding[] {
  return [
    ...facts.unreadable.map(unreadable),
    ...appFindings(facts),
    ...(facts.app
      ? [...routerFindings(facts), ...configFaults(facts), ...gateFindings(facts)]
      : []),
  ]
}

function unreadable({ file, why, stops }: Facts['unreadable'][number]): Finding {
  return {
    id: 'file-unreadable',
    level: 'error',
    what: `${file} was not read: ${why}`,
    seen: { file },
    why: stops ? 'nothing can be said of the app without it' : 'what it sets is not known',
    mend: 'put a regular file with its content in its place, then run this again',
  }
}

function appFindings({ app, appFault, apps, unreadable, options }: Facts): Finding[] {
  if (app || unreadable.some(({ stops }) => stops)) return []
  const [first] = apps
  if (first !== undefined && !appFault) {
    const cwd = path.posix.join(options.cwd ?? '.', first)
    return [
      {
        id: 'monorepo-root',
        level: 'error',
        what: `no Next.js here, but in ${apps.slice(0, 10).join(', ')}`,
        why: 'the gate belongs into the folder of an app, and so do its .env files',
        mend: `run \`npx stagedoor doctor --cwd ${shellWord(cwd)}\``,
      },
    ]
  }
  return [
    {
      id: 'app-missing',
      level: 'error',
      what: appFault?.message ?? 'no Next.js was found in this folder',
      why: 'without its version nothing can be said of the gate',
      mend: appFault
        ? 'install the packages first (`npm install`), then run this again'
        : 'name the folder of the app: `npx stagedoor doctor --cwd DIR`',
    },
  ]
}

function routerFindings({ routersFault }: Facts): Finding[] {
  if (!routersFault) return []
  return [
    {
      id: 'routers-apart',
      level: 'error',
      what: routersFault.message,
      why: 'Next.js looks for the gate beside app and pages, so there is no right place for it',
      mend: 'make app or pages in this folder, or both in src, then run this again',
    },
  ]
}

function configFaults({ config }: Facts): Finding[] {
  if (!config) return []
  const seen = { file: config.name }
  const unknown = (name: string, why: string): Finding => ({
    id: 'config-unreadable',
    level: 'warning',
    what: `${name} in ${config.name} is not plain, so it was not read`,
    seen,
    why,
    mend: `write ${name} as a literal`,
  })
  const findings: Finding[] = []
  if (config.isExport === true) {
    findings.push({
      id: 'static-export',
      level: 'error',
      what: `${config.name} says output: 'export'`,
      seen,
      why: 'a static export has no server that could ask anybody: every file is open',
      mend: "take output: 'export' out on the staging branch",
    })
  }
  if (config.isExport === 'unknown') {
    findings.push(unknown('output', "with 'export' there is no gate at all"))
  }
  if (config.pageExtensions === 'unknown') {
    const why = "the gate's file must end in one of them, or Next.js does not see it"
    findings.push(unknown('pageExtensions', why))
  }
  return findings
}

function gateFindings(facts: Facts): Finding[] {
  const { app, found, gate, routers, config } = facts
  if (!app || !gate || !routers || config?.isExport === true) return []
  const unread = found.filter((one) => one.unread !== null)
  const lost = unread.filter(({ text }) => digestOf(text) !== undefined)
  const isMissing = gate.file === null && lost.length === 0
  return [
    ...lost.map((one) => lostGate(facts, one)),
    ...unread.filter((one) => !lost.includes(one)).map((one) => unreadMiddleware(facts, app, one)),
    ...twice(facts, app),
    ...(isMissing ? [missingGate(facts)] : []),
  ]
}

/** A gate that Next.js does not read. */
function lostGate(facts: Facts, { file, unread }: Found): Finding {
  const name = relativePath(facts.dir, file)
  const isGated = facts.gate?.file !== null
  return {
    id: 'gate-unread',
    level: isGated ? 'warning' : 'error',
    what: `Next.js does not read ${name}, because ${unread}`,
    seen: { file: name },
    why: isGated
      ? 'it is never run, and may be taken for the gate that is'
      : 'the gate in it is never run: everything is open',
    mend: isGated ? `delete it: \`rm ${shellWord(name)}\`` : moveTo(facts, file),
  }
}

function unreadMiddleware({ dir }: Facts, { version }: NextApp, { file, unread }: Found): Finding {
  const name = relativePath(dir, file)
  return {
    id: 'middleware-unread',
    level: 'warning',
    what: `Next.js does not read ${name}, because ${unread}`,
    seen: { file: name },
    why: 'what is in it is never run',
    mend: `move it to where Next.js ${version.major} looks, wrapped in the gate, or delete it`,
  }
}

function twice({ dir, found, main }: Facts, { version }: NextApp): Finding[] {
  const [, second] = found.filter(({ unread }) => unread === null)
  if (!main || !second) return []
  const name = relativePath(dir, second.file)
  return [
    {
      id: 'middleware-twice',
      level: 'error',
      what: `there are both ${main.name} and ${name}`,
      seen: { file: name },
      why: 'Next.js takes one of them, or does not build',
      mend: `make one file of them: ${conventionName(version)} is the name that Next.js ${version.major} wants`,
    },
  ]
}

function missingGate({ main, options }: Facts): Finding {
  return {
    id: 'gate-missing',
    level: 'error',
    what: main ? `${main.name} does not have the gate` : 'no middleware or proxy has the gate',
    ...(main && { seen: { file: main.name } }),
    why: main ? openBut(main.name) : 'every URL is open, whatever is set',
    mend: `run ${advise(options, 'init')}`,
  }
}

/** A middleware may refuse something of its own. */
export function openBut(name: string): string {
  return `every URL is open that ${name} does not refuse by itself, whatever is set`
}

/** The command that puts a gate where it is read, under a name that is. */
function moveTo({ app, routers, config, dir, options }: Facts, file: string): string {
  const extensions = config?.pageExtensions
  const typed = Array.isArray(extensions) ? extensions.find((one) => /(^|\.)ts$/.test(one)) : 'ts'
  if (!app || !routers || typed === undefined) return `run ${advise(options, 'init')}`
  const to = path.join(routers.folder, `${conventionName(app.version)}.${typed}`)
  const words = [file, to].map((one) => shellWord(relativePath(dir, one)))
  return `move it: \`mv ${words.join(' ')}\``
}
