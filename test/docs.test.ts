/** README and docs against the code: what they name is there. */
import fs from 'node:fs'
import path from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { RULES } from '../src/cli/check/report/rules.ts'
import { MEANINGS } from '../src/cli/doctor/finding-ids.ts'
import { EXIT } from '../src/cli/errors.ts'
import { program } from '../src/cli/program.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...fs.readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ...fs.readdirSync(path.join(ROOT, 'examples')).map((name) => `examples/${name}/README.md`),
]

const read = (page: string) => fs.readFileSync(path.join(ROOT, page), 'utf8')

function root(): Command {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const io = {
    cwd: ROOT,
    env: {},
    stdin: Readable.from([]),
    stdout: nowhere,
    stderr: nowhere,
    pause: async () => {},
  }
  return program(io, '0.0.0')
}

/** Command lines of ours in a page, as a shell splits them. */
function commandLines(text: string): string[][] {
  const found = text.matchAll(/(?:npx stagedoor|node \S*bin\/stagedoor\.js) ([^\n`#|&;<>]*)/g)
  return [...found].map(([, line = '']) =>
    [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      (word) => word.slice(1).find(Boolean) ?? '',
    ),
  )
}

/** The command that the words name, and the words that are left. */
function findCommand(words: string[]): [Command, string[]] {
  let [command, rest] = [root(), words]
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0])
    if (!next) return [command, rest]
    ;[command, rest] = [next, rest.slice(1)]
  }
}

const PLACEHOLDER = /^(…|\.\.\.|COMMAND|NOUN)$/

describe.each(PAGES)('%s', (page) => {
  test('names commands and options that there are', () => {
    const wrong = commandLines(read(page)).flatMap((words) => {
      const [command, rest] = findCommand(words)
      if (words.length === 0 || PLACEHOLDER.test(words[0] ?? '')) return []
      const known = [...command.options, ...root().options].flatMap(({ short, long }) => [
        short,
        long,
      ])
      const options = rest
        .filter((word) => /^--?[a-z]/.test(word))
        .map((word) => word.replace(/[=,.)]+.*$/, ''))
      const unknown = options.filter((option) => !known.includes(option) && option !== '--help')
      const isCommand = command.commands.length === 0 || rest.length === 0 || options.length > 0
      return unknown.length > 0 || !isCommand ? [words.join(' ')] : []
    })
    expect(wrong).toEqual([])
  })

  test('links to pages, files and headings that there are', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(
      ([, link = '']) => link,
    )
    const broken = links.filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? page : path.join(path.dirname(page), file)
      if (!fs.existsSync(path.join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
    expect(broken).toEqual([])
  })
})

/** Scripts of somebody's own app, which `create-next-app` writes. */
const SCRIPTS_OF_APPS = ['build', 'dev', 'start']

describe.each(PAGES)('%s', (page) => {
  test('names scripts and programs that there are', () => {
    const manifests = ['package.json', path.join(path.dirname(page), 'package.json')]
    const scripts = manifests
      .filter((file) => fs.existsSync(path.join(ROOT, file)))
      .flatMap((file) => Object.keys(JSON.parse(read(file)).scripts ?? {}))
    const named = [...read(page).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name)
    const programs = [...read(page).matchAll(/\bnode ((?:\w+\/)+[\w.-]+\.m?js)\b/g)]
    const configs = [...read(page).matchAll(/--config ([\w./-]+\.ts)\b/g)]
    const files = [...programs, ...configs].map(([, file = '']) => file)
    expect([
      ...named.filter((name) => ![...scripts, ...SCRIPTS_OF_APPS].includes(name)),
      ...files.filter((file) => !fs.existsSync(path.join(ROOT, file))),
    ]).toEqual([])
  })

  test('names files of the repository that there are', () => {
    const named = [
      ...read(page).matchAll(/`((?:\.ci|bench|bin|docs|examples|scripts|src|test)\/[\w./[\]-]*)`/g),
    ].map(([, file = '']) => file)
    // Of CHANGELOG what once was; `src` of somebody's own app.
    const own = named.filter((file) => page !== 'CHANGELOG.md' && file !== 'src/')
    expect(own.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([])
  })

  test('has JSON that can be read', () => {
    const blocks = [...read(page).matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = '']) => text)
    expect(blocks.filter((text) => typeof JSON.parse(text) !== 'object')).toEqual([])
  })
})

test('the map of CONTRIBUTING shows files and folders that there are', () => {
  const [, map = ''] = /## Map\n+```\n(.*?)^```$/ms.exec(read('CONTRIBUTING.md')) ?? []
  const folders: string[] = []
  const shown = [...map.matchAll(/^( *)([\w.-]+\/?[\w.-]*\/?) {2,}\S|^( *)([\w.-]+\/)$/gm)].map(
    ([, indent = '', name = '', indentOfFolder = '', folder = '']) => {
      const depth = (indent + indentOfFolder).length / 2
      folders.splice(depth, folders.length, name || folder)
      return path.join(...folders)
    },
  )
  expect(shown).toContain('src/gate/gate.ts')
  expect(shown.filter((name) => !fs.existsSync(path.join(ROOT, name)))).toEqual([])
})

/** Ids in the first column of a page's tables: words with a hyphen, which no value of an option is. */
function idsOf(page: string): string[] {
  return [...read(page).matchAll(/^\| `([a-z]+(?:-[a-z0-9]+)+)` +\|/gm)].map(([, id = '']) => id)
}

test.each([
  ['docs/doctor.md', Object.keys(MEANINGS)],
  ['docs/check.md', Object.keys(RULES)],
])('%s has every finding that there is, and no other', (page, ids) => {
  expect(fs.existsSync(path.join(ROOT, page)), `${page} is not written`).toBe(true)
  const missing = ids.filter((id) => !read(page).includes(`\`${id}\``))
  const unknown = idsOf(page).filter((id) => !ids.includes(id))
  expect({ missing, unknown }).toEqual({ missing: [], unknown: [] })
})

/** Of headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-'),
  )
}

test('every command is on the page of the command line', () => {
  const page = read('docs/cli.md')
  const names = root().commands.map((command) => command.name())
  expect(
    names.filter((name) => !page.includes(`| \`${name}`) && !page.includes(`\`${name}\``)),
  ).toEqual([])
})

test('every option is somewhere in docs', () => {
  const docs = PAGES.map(read).join('\n')
  const optionsOf = (command: Command): string[] => [
    ...command.options.map(({ long }) => `${command.name()} ${long}`),
    ...command.commands.flatMap(optionsOf),
  ]
  // As any program has it.
  const own = optionsOf(root()).filter((option) => !option.endsWith(' --version'))
  expect(own.filter((option) => !docs.includes(option.split(' ')[1] ?? ''))).toEqual([])
})

test('exit codes are those of the code', () => {
  const section = read('docs/cli.md').split('| exit code | meaning')[1]?.split('\n\n')[0] ?? ''
  const codes = [...section.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code))
  expect(codes).toEqual(Object.values(EXIT))
})

/** What a folder's sources say. */
function sourcesOf(folder: string): string {
  const entries = fs.readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return entries
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(path.join(folder, name)))
    .join('\n')
}

test('variables are named that are read, and each that is read', () => {
  const NAME = /\b(?:STAGEDOOR(?:_[A-Z]+)*|AUTH_(?:USER|PASSWORD))\b/g
  const gate = new Set(
    sourcesOf('src/gate')
      .match(/process\.env\.\w+/g)
      ?.map((name) => name.slice(12)),
  )
  const all = new Set([...gate, ...(sourcesOf('src/cli').match(NAME) ?? [])])
  const docs = PAGES.map(read).join('\n')
  const named = new Set(docs.match(NAME))
  expect([...named].filter((name) => !all.has(name))).toEqual([])
  // Next.js sets that one, and docs say `next dev`.
  const told = [...gate].filter((name) => name !== 'NODE_ENV')
  expect(told.filter((name) => !docs.includes(name))).toEqual([])
  const example = read('.env.example')
  const ours = [...gate].filter((name) => /^(STAGEDOOR|AUTH_)/.test(name ?? ''))
  expect(ours.filter((name) => !new RegExp(`^${name}=`, 'm').test(example))).toEqual([])
})
