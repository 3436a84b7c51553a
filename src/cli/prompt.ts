/** Questions at a terminal: with an echo, or with none. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError, EXIT } from './errors.ts'
import type { Io } from './io.ts'
import { printable } from './talk.ts'

/** Lines typed after each question, in a terminal that shows nothing of them. */
export function askHidden(io: Io, questions: string[]): Promise<string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // Readline edits the line and puts the terminal back; it echoes to `output` only.
  const lines = createInterface({
    input: io.stdin,
    output: nowhere,
    terminal: true,
    historySize: 0,
  })
  return new Promise((resolve, reject) => {
    const answers: string[] = []
    lines.on('line', (line) => {
      io.stderr.write('\n')
      answers.push(line)
      const next = questions[answers.length]
      if (next !== undefined) io.stderr.write(next)
      else if (answers.length === questions.length) lines.close()
    })
    lines.on('SIGINT', () => lines.close())
    lines.on('close', () => {
      if (answers.length >= questions.length) resolve(answers)
      else reject(interrupted(io))
    })
    io.stderr.write(questions[0] as string)
  })
}

/** Asks a question that only `y` answers with yes. */
export function confirm(io: Io, question: string): Promise<boolean> {
  const lines = createInterface({
    input: io.stdin,
    output: io.stderr,
    terminal: true,
    historySize: 0,
  })
  return new Promise((resolve, reject) => {
    let answered = false
    lines.on('SIGINT', () => lines.close())
    lines.on('close', () => {
      if (!answered) reject(interrupted(io))
    })
    lines.question(`${printable(question)} [y/N] `, (answer) => {
      answered = true
      lines.close()
      resolve(/^y(es)?$/i.test(answer.trim()))
    })
  })
}

/** Ctrl-C, or the end of the input, at a question. */
function interrupted(io: Io): CliError {
  io.stderr.write('\n')
  return new CliError('interrupted: nothing was changed', { exitCode: EXIT.interrupted })
}
