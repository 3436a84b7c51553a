/** Each file of an `init` in words. */
import { printable } from '../talk.ts'
import { ENV_FILE } from './first-credentials.ts'
import { relative } from './gate-file.ts'
import type { FirstUser, InitOptions, InitPlan } from './init-plan.ts'
import { commandText } from './packages.ts'
import type { Step, Wiring } from './wiring.ts'
import type { FileChange } from './write-file.ts'

/** A file that was, or would be, written. */
export interface Write {
  file: string
  action: 'wrote' | 'replaced' | 'added to' | 'kept'
  what: string
}

/** What became, or would become, of each file. */
export function writesOf(plan: InitPlan, first: FirstUser | null, options: InitOptions): Write[] {
  const { gate, example, project } = plan
  const made = [
    ...(plan.secret ? ['STAGEDOOR_SECRET'] : []),
    ...(first?.written.changed ? [`user ${printable(plan.user ?? '')}`] : []),
  ]
  return [
    ...packageWrite(plan, options),
    { file: relative(project.app, gate.file), action: actionOf(gate), what: gateWhat(plan) },
    ...entryWrite(plan),
    {
      file: '.env.example',
      action: example.names.length === 0 ? 'kept' : example.before === null ? 'wrote' : 'added to',
      what: example.names.join(', ') || 'names all of them',
    },
    {
      file: ENV_FILE,
      action: made.length > 0 ? 'added to' : 'kept',
      what: made.join(', ') || 'nothing to add',
    },
  ]
}

function packageWrite({ store }: InitPlan, options: InitOptions): Write[] {
  if (!store?.install || options.install === false) return []
  const what = `${store.client.package}, with \`${commandText(store.install)}\``
  return [{ file: 'package.json', action: 'added to', what }]
}

function entryWrite({ gate: { entry, movedFrom }, store, project }: InitPlan): Write[] {
  if (!entry || !store) return []
  const action = actionOf(entry)
  const what = `hands the gate the store, ${store.client.package}`
  const end = { wrote: '', kept: ', already', replaced: movedFrom ? ', in place of the gate' : '' }
  return [{ file: relative(project.app, entry.file), action, what: what + end[action] }]
}

function actionOf({ before, after }: FileChange): 'wrote' | 'kept' | 'replaced' {
  if (before === null) return 'wrote'
  return before === after ? 'kept' : 'replaced'
}

function gateWhat({ gate, project }: InitPlan): string {
  // Seen on 13.5.11, 14.2.35, 15.5.29 and 16.4.6: outside app and pages Next.js compiles
  // TypeScript without asking for the package.
  const typescript = project.app.typed ? '' : ' (TypeScript, for which nothing need be installed)'
  if (gate.movedFrom && gate.before !== gate.after) return `the gate, out of ${gate.movedFrom}`
  if (gate.kind === 'none')
    return `the gate${gate.wiring ? ', beside your middleware' : ''}${typescript}`
  if (gate.kind === 'same') return 'the gate, there already'
  return gate.kind === 'settings'
    ? 'the gate, there already, with your settings'
    : 'the gate, this version'
}

/** The steps in a user's own file, as they are shown. */
export function wiringLines({ file, steps }: Wiring): string[] {
  if (steps.length === 0) return [`${file} has the gate around it`]
  const intro = `in ${file}:`
  return ['', intro, ...steps.flatMap((step, i) => stepLines(step, i + 1)), '']
}

function stepLines({ say, line, remove, add }: Step, number: number): string[] {
  const mark = (sign: string, text?: string) =>
    text?.split('\n').map((row) => `     ${sign} ${shown(row)}`.trimEnd()) ?? []
  const at = line === undefined ? '' : ` (line ${line})`
  return [`  ${number}. ${say}${at}`, ...mark('-', remove), ...mark('+', add)]
}

/** A user's line for the terminal. */
function shown(row: string): string {
  return printable(row.replace(/\r$/, '').replace(/\t/g, '  '))
}

/** Whether Next.js will call the gate, without an edit of the user's. */
export function isWired({ gate: { wiring } }: InitPlan): boolean {
  return wiring === null || wiring.isGated
}
