/**
 * What is taken out of the fixture, or written in another way, for a Next.js or a configuration
 * that cannot build it as it is. All of it is here.
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { listFiles, type Target } from './targets.ts'
import { majorOf } from './versions.ts'

interface Cut {
  reason: string
  where(target: Target): boolean
  /** Files, by a part of their path in the fixture. */
  files: string
  /** What is written instead, in turn; without any the files are left out. */
  instead?: [what: string | RegExp, by: string][]
}

const before = (major: number) => (target: Target) => majorOf(target.next) < major
const only = (major: number) => (target: Target) => majorOf(target.next) === major
const caches = ({ variant }: Target) => variant === 'cacheComponents'

const CONFIG = 'next.config.mjs'
const ROOTS = '  turbopack: { root },\n  outputFileTracingRoot: root,\n'

const cuts: Cut[] = [
  {
    reason: 'The root of the traced files was experimental, and Turbopack had none.',
    where: before(15),
    files: CONFIG,
    instead: [[ROOTS, '  experimental: { outputFileTracingRoot: root },\n']],
  },
  {
    reason:
      'The optimiser answers before any middleware, so local images need this: docs/nextjs.md.',
    where: only(14),
    files: CONFIG,
    instead: [['  experimental:', '  images: { unoptimized: true },\n  experimental:']],
  },
  {
    reason: 'Server actions were experimental.',
    where: before(14),
    files: CONFIG,
    instead: [['experimental: {', 'experimental: { serverActions: true,']],
  },
  {
    reason: 'A form’s state had another hook, of another package.',
    where: only(14),
    files: 'OrderForm.jsx',
    instead: [
      ["{ useActionState } from 'react'", "{ useFormState as useActionState } from 'react-dom'"],
    ],
  },
  {
    reason: 'A form’s state had an experimental hook, of another package.',
    where: before(14),
    files: 'OrderForm.jsx',
    instead: [
      [
        "{ useActionState } from 'react'",
        "{ experimental_useFormState as useActionState } from 'react-dom'",
      ],
    ],
  },
  {
    reason: 'With Cache Components there is nothing to set for a route: all is drawn at request.',
    where: caches,
    files: 'app/',
    instead: [[/^export const (dynamic|revalidate) = .*\n/gm, '']],
  },
  {
    reason: 'What is drawn at request must stand inside a boundary.',
    where: caches,
    files: 'app/layout.jsx',
    instead: [
      ["import './global.css'\n", "import './global.css'\nimport { Suspense } from 'react'\n"],
      ['{children}', '<Suspense>{children}</Suspense>'],
    ],
  },
  {
    reason: 'A page that is drawn anew in time says so inside.',
    where: caches,
    files: 'app/news/page.jsx',
    instead: [
      ['\nexport default', "import { cacheLife } from 'next/cache'\n\nexport default async"],
      ['{\n', "{\n  'use cache'\n  cacheLife({ stale: 0, revalidate: 1, expire: 3600 })\n"],
    ],
  },
]

/** Cuts the copy of the fixture in a folder. */
export async function cutFixture(target: Target & { folder: string }): Promise<void> {
  const names = await listFiles(target.folder)
  for (const { files, instead } of cuts.filter(({ where }) => where(target))) {
    for (const name of names.filter((name) => name.includes(files) && isSource(name))) {
      const file = path.join(target.folder, name)
      if (!instead) await rm(file)
      else await writeFile(file, instead.reduce(rewrite, await readFile(file, 'utf8')))
    }
  }
}

function rewrite(text: string, [what, by]: [string | RegExp, string]): string {
  return text.replace(what, by)
}

function isSource(name: string): boolean {
  return /\.(jsx?|mjs)$/.test(name)
}
