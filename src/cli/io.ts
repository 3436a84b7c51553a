/** What a command may touch of the world, handed to it by the entry so that tests can hand in theirs. */
import type { Readable, Writable } from 'node:stream'

export interface Io {
  /** The folder that paths are relative to: `--cwd`, else where the program was started. */
  cwd: string
  env: Record<string, string | undefined>
  stdin: Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown }
  /** Data only. */
  stdout: Writable & { isTTY?: boolean }
  /** Talk only. */
  stderr: Writable & { isTTY?: boolean; columns?: number }
  /** Lets so many milliseconds go by: tests in this process make them shorter. */
  pause(milliseconds: number): Promise<unknown>
}

/** Options that every command takes. */
export interface CommonOptions {
  json: boolean
  dryRun: boolean
  yes: boolean
  quiet: boolean
  /** `--cwd` as given, so that the commands we advise can be pasted. */
  cwd?: string
}

/** Options of every command that works on a place. */
export interface PlaceOptions extends CommonOptions {
  /** `--to`: see `openPlace`. */
  to?: string
  /** `--git-branch`: a branch of preview's with variables of its own. */
  gitBranch?: string
  /** `--create`: makes the store where there is none. */
  create?: boolean
  /** Of `connect`: environments that are to read the store, with commas between. */
  connect?: string
  /** `--sensitive`: the policy as a Secret, which nobody reads back. */
  sensitive?: boolean
}
