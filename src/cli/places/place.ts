/** A place: where a policy lives. What the commands ask of it, whichever kind it is. */
import { type PolicyDocument, PolicyError, parsePolicy } from '../../gate/policy.ts'
import { plainPath } from '../doctor/plain-path.ts'
import type { CliError } from '../errors.ts'

/** What a place holds. */
export interface Snapshot {
  /** The policy as it is written there, if there is one. */
  text: string | undefined
  /** The same, read; `undefined` where there is none, or where it is not valid. */
  document: PolicyDocument | undefined
  /** Why the policy is not valid. */
  fault: PolicyError | undefined
  /** Value of `STAGEDOOR`. */
  switch: string | undefined
  /** Value of `STAGEDOOR_SECRET` there: what signs passes. */
  secret: string | undefined
  /** The secret that each kind of run has, of this place or of one that wins over it. */
  secrets: RunSecret[]
  /** Names of variables that are set there and cannot be read back, so that nobody knows their values. */
  sealed: string[]
  /** Whether not even names can be told: what is not there may be. */
  hidden?: boolean
}

/** What a run signs passes with. */
export interface RunSecret {
  /** `next dev`, `next start`. */
  run: string
  /** Empty where there is none. */
  value: string
  /** What sets it: a file's name, …; `undefined` where nothing does. */
  source: string | undefined
}

/** What to set; what is left out stays as it is. */
export interface Change {
  document?: PolicyDocument
  switch?: 'on' | 'off'
  secret?: string
}

/** Says what to set, given what is there; `null` for nothing. */
export type ChangeOf = (now: Snapshot) => Change | null

/** What {@link Place.write} did. */
export interface Written {
  before: Snapshot
  after: Snapshot
  changed: boolean
  /** Which runs are gated now. */
  runs: Run[]
  /** Things that the user should know about it, each a sentence without a full stop. */
  warnings: string[]
  /** What was done besides, each a sentence without a full stop. */
  notes?: string[]
  /** Why nobody knows whether it was written. The command ends with it, once it has shown what is lost else. */
  doubt?: CliError
}

/** Whether a run or an environment is gated, and what visitors meet. */
export interface Run {
  /** `next dev`, `next start`, `vercel:preview`. */
  run: string
  gated: boolean
  /** The environment's name, as the gate sees it: `development`, `self-hosted`, … */
  environment: string
  /** What visitors meet, in words. */
  state: string
  /** What made it so, if something other than the default did: `STAGEDOOR=on in .env.local`. */
  because?: string
}

/** Where a policy lives. */
export interface Place {
  /** What to call it in talk: `.env.local`. */
  readonly name: string
  /** How `--json` names it. */
  readonly id: Readonly<Record<string, string>>
  read(): Promise<Snapshot>
  /** As {@link write} with nothing to do: what there is, and what it means for the runs. */
  look(): Promise<Written>
  /**
   * Reads, lets `change` say what to set, writes, and reads back. Nobody else's change is
   * lost: `change` is given what is there at that moment, and nothing is written between.
   *
   * @param change must do no waiting, and no asking
   * @param dryRun checks everything, writes nothing, and tells what would be there
   */
  write(change: ChangeOf, dryRun: boolean): Promise<Written>
  /** Of what this place says nothing, in words: `on Vercel: not told by this file`; may be empty. */
  readonly reach: string
  /** What to do for a change to be seen by runs that are there already, in words. */
  readonly toApply: string
}

/** Reads a policy's text. An empty one is none: so the gate sees it. */
export function readPolicyText(
  text: string | undefined,
): Pick<Snapshot, 'text' | 'document' | 'fault'> {
  const none = { text, document: undefined, fault: undefined }
  if (!text) return none
  try {
    parsePolicy(text)
    return { ...none, document: JSON.parse(text) as PolicyDocument }
  } catch (error) {
    // What stands at a fault may be a secret: a reference brings in any variable of the shell.
    if (error instanceof PolicyError)
      return { ...none, fault: new PolicyError(plainPath(error.at)) }
    throw error
  }
}
