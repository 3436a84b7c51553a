/** The real program on a pseudo-terminal, which Node cannot open: Python does. */
import { execFileSync, spawn } from 'node:child_process'
import { BIN } from './run.ts'

/** What to wait for on the screen, and what to type then. */
export type Step = [seen: string, typed: string]

export interface Session {
  code: number
  /** All that the terminal showed, with `\n` for its line ends. */
  screen: string
  /** Whether the terminal echoes again when all is over. */
  echo: boolean
}

const DRIVER = `
import json, os, pty, select, signal, sys, termios
steps, command = json.loads(sys.argv[1]), json.loads(sys.argv[2])
signal.alarm(20)
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
# Held open, so that the state of the terminal can be read when the program is gone.
screen, at = b'', 0
def read():
    global screen
    try:
        data = os.read(fd, 4096)
    except OSError:
        data = b''
    screen += data
    return data
for seen, typed in steps:
    while seen.encode() not in screen[at:]:
        if not read():
            break
    at = len(screen)
    os.write(fd, typed.encode())
while read():
    pass
_, status = os.waitpid(pid, 0)
try:
    echo = bool(termios.tcgetattr(fd)[3] & termios.ECHO)
except termios.error:
    echo = None
code = os.waitstatus_to_exitcode(status)
print(json.dumps({'code': code, 'screen': screen.decode().replace('\\r\\n', '\\n'), 'echo': echo}))
`

/** Whether there is a Python to open a terminal with. */
export const hasTerminal = (() => {
  try {
    execFileSync('python3', ['-c', 'import pty, termios, os; os.waitstatus_to_exitcode'])
    return true
  } catch {
    return false
  }
})()

/** Runs a command line and types at it. */
export function type(
  cwd: string,
  args: string[],
  steps: Step[],
  more: Record<string, string> = {},
): Promise<Session> {
  const command = JSON.stringify([process.execPath, BIN, ...args])
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...more }
  const child = spawn('python3', ['-c', DRIVER, JSON.stringify(steps), command], { cwd, env })
  let out = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.pipe(process.stderr)
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      try {
        resolve(JSON.parse(out))
      } catch (error) {
        reject(error)
      }
    })
  })
}
