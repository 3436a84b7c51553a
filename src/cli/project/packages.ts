/** Adding a package to an app, with the package manager that the app uses. */
import fs from 'node:fs'
import path from 'node:path'
import { type NextApp, readPackage } from './next-app.ts'

export interface PackageCommand {
  program: string
  args: string[]
}

/** The command that adds a package to the dependencies of an app, as its manager versions it. */
export function addPackage({ dir, packageManager }: NextApp, name: string): PackageCommand {
  if (packageManager === 'npm') return { program: 'npm', args: ['install', name] }
  return { program: packageManager, args: ['add', ...rootFlags(dir, packageManager), name] }
}

/** As it is typed. */
export function commandText({ program, args }: PackageCommand): string {
  return [program, ...args].join(' ')
}

/** pnpm and Yarn 1 add nothing to the root of a workspace that is not told to be meant. */
function rootFlags(dir: string, manager: NextApp['packageManager']): string[] {
  const has = (name: string) => fs.existsSync(path.join(dir, name))
  if (manager === 'pnpm') return has('pnpm-workspace.yaml') ? ['--workspace-root'] : []
  const { workspaces, packageManager = '' } = readPackage(dir) ?? {}
  // Later versions of Yarn know neither the flag nor the rule.
  const isFirst = !has('.yarnrc.yml') && !/^yarn@(?!1\.)/.test(packageManager)
  return manager === 'yarn' && workspaces !== undefined && isFirst ? ['-W'] : []
}
