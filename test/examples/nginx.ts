/** nginx from Debian, in front of files: what many people keep a site private with. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findFreePort } from '../free-port.ts'

export interface Nginx {
  port: number
  stop: () => Promise<void>
}

/** Installs it, where it is not there: as root, from Debian. */
export function installNginx(): void {
  if (hasNginx()) return
  const options = {
    stdio: 'pipe' as const,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  execFileSync('apt-get', ['update'], options)
  // Not started by its package: the tests start their own.
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'nginx-light'], options)
  if (!hasNginx()) throw new Error('nginx is installed, and does not run')
}

function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0
}

/**
 * Starts it, for files and locations.
 *
 * @param locations what stands in its `server`; `$root` is the folder of the files, `$users` the
 * file of passwords
 */
export async function startNginx(
  files: Record<string, string>,
  users: Record<string, string>,
  locations: string,
): Promise<Nginx> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stagedoor-nginx-'))
  const write = (name: string, text: string) => {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  chmodSync(folder, 0o755)
  for (const [name, text] of Object.entries(files)) write(path.join('root', name), text)
  const hash = (password: string) =>
    `${execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: password })}`.trim()
  const lines = Object.entries(users).map(([name, password]) => `${name}:${hash(password)}\n`)
  write('users', lines.join(''))
  const port = await findFreePort()
  write('nginx.conf', configuration(folder, port, locations))
  const child = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')])
  let log = ''
  child.stderr.on('data', (text) => (log += text))
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    if (await canConnect(port)) return { port, stop: () => stop(child, folder) }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stop(child, folder)
  throw new Error(`nginx did not start: ${log}`)
}

function configuration(folder: string, port: number, locations: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join('\n')
  return `daemon off;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  include /etc/nginx/mime.types;
${temporary}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/root;
    ${locations.replaceAll('$root', `${folder}/root`).replaceAll('$users', `${folder}/users`)}
  }
}
`
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    const finish = (connected: boolean) => {
      socket.destroy()
      resolve(connected)
    }
    socket.on('connect', () => finish(true)).on('error', () => finish(false))
  })
}

function stop(child: ChildProcess, folder: string): Promise<void> {
  const clean = () => rmSync(folder, { recursive: true, force: true })
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(clean())
  return new Promise((resolve) => {
    child.on('exit', () => {
      clean()
      resolve()
    })
    child.kill('SIGTERM')
  })
}
