/**
 * `stagedoor init`: from an app with nothing to an app with a gate and one user.
 *
 * Everything that could be refused is looked at before anything is written. Then the order is:
 * the store's package, secret, `.env.example`, gate, what hands it the store, user. Whoever stops
 * in between has an app that is as open as before, or shut (a gate without a policy answers 503,
 * and one without its client is not built), and can run it again. The user comes last because its
 * password is shown once, and nothing after it may fail.
 */
import fs from 'node:fs'
import { changePolicy } from '../change.ts'
import { systemError } from '../errors.ts'
import type { Io } from '../io.ts'
import { newPassword } from '../new-password.ts'
import { replaceFile } from '../places/replace.ts'
import { writeSecret } from '../project/first-credentials.ts'
import { relative } from '../project/gate-file.ts'
import { type FirstUser, type InitOptions, type InitPlan, planInit } from '../project/init-plan.ts'
import { reportInit, showDiff } from '../project/init-report.ts'
import { installPackage } from '../project/install.ts'
import { createFile, writeChange } from '../project/write-file.ts'
import { keyOf, withUser } from '../users.ts'

export type { InitOptions } from '../project/init-plan.ts'

/**
 * Gates the app in `io.cwd`.
 *
 * @throws {CliError} where a gate would keep nobody out, or would overwrite what is not ours
 */
export async function init(options: InitOptions, io: Io): Promise<void> {
  const plan = await planInit(options, io)
  if (options.diff) return showDiff(plan, options, io)
  if (!options.dryRun) {
    await installClient(plan, options, io)
    await writeFiles(plan)
  }
  const first = await makeUser(plan, options, io)
  await reportInit(plan, first, options, io)
}

async function installClient({ project, store }: InitPlan, options: InitOptions, io: Io) {
  if (!store?.install || options.install === false) return
  await installPackage(project.app, store.client.package, store.install, options, io)
}

async function writeFiles({ project, gate, example, secret, place }: InitPlan): Promise<void> {
  if (secret) await writeSecret(project.app.dir, place)
  writeExample(example)
  for (const file of [gate, ...(gate.entry ? [gate.entry] : [])])
    writeChange(file, relative(project.app, file.file))
}

function writeExample({ file, before, text, names }: InitPlan['example']): void {
  if (names.length === 0) return
  try {
    if (before === null) createFile(file, text)
    else replaceFile(fs.realpathSync(file), Buffer.from(text))
  } catch (error) {
    throw systemError(error, 'write .env.example')
  }
}

async function makeUser(
  { user, place }: InitPlan,
  options: InitOptions,
  io: Io,
): Promise<FirstUser | null> {
  if (user === null) return null
  const made = await newPassword(user, options, io)
  const written = await changePolicy(place, options, (document) =>
    // Somebody was faster: their password stays.
    keyOf(document, user) === undefined
      ? withUser(document, user, { verifier: made.verifier })
      : null,
  )
  return { made, written }
}
