/** A job in a process of its own, for which nothing was compiled or loaded before. */
import { fork } from 'node:child_process'

/**
 * Its log goes nowhere, as fast as a file would take it.
 *
 * @param {string} worker the file that is run: it answers the one message that it gets by another
 * @param {unknown} job
 * @param {string[]} flags of Node.js
 */
export function runWorker(worker, job, flags = []) {
  return new Promise((resolve, reject) => {
    const child = fork(worker, [], {
      execArgv: flags,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env.PATH, NODE_ENV: 'production' },
    })
    let answer
    child.on('message', (message) => {
      answer = message
    })
    child.on('error', reject)
    child.on('exit', (code) =>
      answer ? resolve(answer) : reject(new Error(`the worker ended with ${code}`)),
    )
    child.send(job)
  })
}
