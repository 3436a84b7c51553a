/** A function of Node's, in a process of its own, whose environment is the deployment's alone. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answered, Asked, FunctionConfig, Loaded, Variables } from './function.ts'

const HOST = fileURLToPath(new URL('node-host.mjs', import.meta.url))

/** Starts the process, and asks it one request after another. */
export async function loadNode(
  folder: string,
  { handler = '', useWebApi }: FunctionConfig,
  variables: Variables,
): Promise<Loaded> {
  const file = path.join(folder, handler)
  if (!useWebApi || !existsSync(file)) throw new Error('no function for requests of the web')
  const { PATH } = process.env
  const child = fork(HOST, [file], {
    cwd: folder,
    env: { PATH, NODE_ENV: undefined as unknown as 'production', ...variables },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let log = ''
  child.stderr?.on('data', (text) => (log += text))
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', () => reject(new Error(`the function ended: ${log}`)))
  })
  ended.catch(() => {})
  const ask = (asked: Asked) => {
    const answer = new Promise<Answered>((resolve, reject) => {
      child.once('message', (said: { answered?: Answered; error?: string }) => {
        if (said.answered) resolve(said.answered)
        else reject(new Error(said.error))
      })
    })
    child.send(asked)
    return Promise.race([answer, ended])
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  return { ask, stop }
}
