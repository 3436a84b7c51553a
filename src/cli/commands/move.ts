/** `stagedoor move`: a whole policy from one place to another. */
import { isSecret } from '../../gate/pass.ts'
import type { PolicyDocument } from '../../gate/policy.ts'
import { ask, isSomebodyThere } from '../ask.ts'
import { documentOf, tell } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { isTracked } from '../places/git.ts'
import { same } from '../places/holds.ts'
import { openPlace } from '../places/open.ts'
import type { Change, Place, Snapshot } from '../places/place.ts'
import { type DiffLine, diffPolicies } from '../policy-diff.ts'
import { advise, did, type Piece, say } from '../talk.ts'

export interface MoveOptions extends PlaceOptions {
  from?: string
}

/**
 * Replaces the policy of one place with that of another, which keeps its own.
 *
 * @throws {CliError} where there is none, or where the other changes meanwhile
 */
export async function move(options: MoveOptions, io: Io): Promise<void> {
  const sides = sidesOf(options)
  const source = await openPlace(sides.source, io)
  const target = await openPlace(sides.target, io)
  const from = await source.read()
  const now = await target.read()
  const policy = withRevoked(policyToMove(source, from, sides.source), now)
  const lines = diffPolicies(now.document ?? NONE, policy)
  const lost = lossOf(target, now, lines)
  if (lines.length > 0) showDiff(lines, target, options, io)
  if (lost !== null) await agree(lost, target, options, io)
  const isKnown = source.id.file !== undefined && (await isTracked(source.id.file))
  const secret = isKnown ? undefined : secretToMove(from, now, target)
  const written = await target.write((current) => {
    if (current.text !== now.text) throw changedMeanwhile(target)
    const isThere = now.document !== undefined && same(now.document, policy)
    if (isThere && secret === undefined) return null
    const change: Change = { document: policy }
    return secret === undefined ? change : { ...change, secret }
  }, options.dryRun)
  await tell(io, sides.target, target, {
    written: {
      ...written,
      warnings: [
        ...written.warnings,
        ...secretWarnings(from, now, target, isKnown),
        ...(options.sensitive && !written.changed ? staysReadable(now) : []),
      ],
    },
    lines: linesOf(source, target, written.changed, secret !== undefined, options),
    json: { from: source.id, diff: lines, secret: secret !== undefined },
  })
}

const NONE: PolicyDocument = { version: 1 }

/** What is revoked stays so: nobody copies a policy to let a pass in again. */
function withRevoked(policy: PolicyDocument, { document }: Snapshot): PolicyDocument {
  const revoked = [...new Set([...(policy.revoked ?? []), ...(document?.revoked ?? [])])]
  return revoked.length === 0 ? policy : { ...policy, revoked }
}

/** @throws {CliError} where somebody says no, or nobody is there to say it */
async function agree(lost: string, target: Place, options: MoveOptions, io: Io): Promise<void> {
  if (options.yes || options.dryRun || isSomebodyThere(io, options)) return ask(io, options, lost)
  throw new CliError(`${target.name} would lose what only its own policy has`, {
    hint: 'look at the difference with `--dry-run`, and say `--yes` to replace the policy',
  })
}

/** The options that lead to each of the two places. */
function sidesOf(options: MoveOptions): { source: PlaceOptions; target: PlaceOptions } {
  const { from, to, gitBranch, create, connect, sensitive, ...common } = options
  if (from === undefined || to === undefined) {
    throw misused(
      `${from === undefined ? '--from' : '--to'} is missing: move needs both`,
      'run `npx stagedoor move --from file --to store`',
    )
  }
  if (from === to) {
    throw misused('--from and --to are the same place', 'name another place for one of them')
  }
  const ofBranch = gitBranch === undefined ? {} : { gitBranch }
  // A branch is one of preview's, on whichever side that is.
  const isOfSource = from === 'vercel:preview'
  const ofTarget = {
    ...(create === undefined ? {} : { create }),
    ...(connect === undefined ? {} : { connect }),
    ...(sensitive === undefined ? {} : { sensitive }),
  }
  return {
    source: { ...common, to: from, ...(isOfSource && ofBranch) },
    target: { ...common, to, ...ofTarget, ...(!isOfSource && ofBranch) },
  }
}

function misused(message: string, hint: string): CliError {
  return new CliError(message, { hint, exitCode: EXIT.misused })
}

function policyToMove(source: Place, from: Snapshot, options: PlaceOptions): PolicyDocument {
  const document = documentOf(options, source, from)
  if (from.document) return document
  throw new CliError(`there is no policy in ${source.name}`, {
    hint: `make one with ${advise(options, 'user add NAME')}`,
  })
}

function showDiff(lines: DiffLine[], target: Place, options: MoveOptions, io: Io): void {
  say(io, options, `in ${target.name}:`)
  const colours = { '+': 'green', '-': 'red', '~': 'yellow' } as const
  for (const { sign, what } of lines) {
    const piece: Piece = { text: `  ${sign} ${what}`, colour: colours[sign] }
    say(io, options, [piece])
  }
}

/** What to ask before; `null` where nothing is lost. */
function lossOf(target: Place, now: Snapshot, lines: DiffLine[]): string | null {
  if (now.sealed.includes('STAGEDOOR_POLICY')) {
    return `replace the policy in ${target.name}, which cannot be read back?`
  }
  if (now.fault) return `replace the policy in ${target.name}, which is not valid?`
  const lost = lines.filter(({ sign }) => sign !== '+').length
  const parts = `${lost} ${lost === 1 ? 'line' : 'lines'} above`
  return now.document && lost > 0
    ? `replace the policy in ${target.name}, with what ${parts} take away or change?`
    : null
}

/** The secret goes along to where a gate reads it, and where there is none. */
function secretToMove(from: Snapshot, now: Snapshot, target: Place): string | undefined {
  // One that signs nothing is not spread.
  if (target.id.place === 'store' || !from.secret || !isSecret(from.secret)) return undefined
  return now.secret || now.sealed.includes('STAGEDOOR_SECRET') ? undefined : from.secret
}

function secretWarnings(from: Snapshot, now: Snapshot, target: Place, isKnown: boolean): string[] {
  if (isKnown && secretToMove(from, now, target) !== undefined) {
    return [
      'STAGEDOOR_SECRET stays where it is: git tracks that file, so every reader knows it; make another, in an .env.local that git ignores',
    ]
  }
  if (!from.secret || !now.sealed.includes('STAGEDOOR_SECRET')) return []
  return [
    `STAGEDOOR_SECRET of ${target.name} stays as it is and cannot be read back: passes and links made here count there only if it is the same`,
  ]
}

/** A variable that has the policy already is not written again. */
function staysReadable({ sealed }: Snapshot): string[] {
  if (sealed.includes('STAGEDOOR_POLICY')) return []
  return [
    'the policy there stays readable: take the variable out first (`vercel env rm STAGEDOOR_POLICY`), and run the command again',
  ]
}

function linesOf(
  source: Place,
  target: Place,
  changed: boolean,
  withSecret: boolean,
  options: MoveOptions,
): string[] {
  if (!changed) return [`${target.name} has the policy of ${source.name} already`]
  const what = withSecret ? 'the policy and STAGEDOOR_SECRET' : 'the policy'
  return [
    `${did(options, 'copy', 'copied')} ${what} of ${source.name} to ${target.name}`,
    `${source.name} keeps its own: take it out by hand where nobody is to get in by it any more`,
  ]
}

function changedMeanwhile(target: Place): CliError {
  return new CliError(`the policy in ${target.name} was changed meanwhile, by somebody else`, {
    hint: 'run the command again to see the difference as it is now',
  })
}
