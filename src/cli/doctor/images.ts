/** Images of the app: those that the optimiser serves past the gate, or fetches from anywhere. */
import { bodyOf, propertiesOf } from './config-values.ts'
import type { Config, Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { seenInText } from './sources.ts'

export function imageFindings(facts: Facts, config: Config): Finding[] {
  const [images] = propertiesOf(config, 'images')
  const { app } = facts
  if (!app) return []
  const body = images ? bodyOf(config, images) : ''
  const seen = images?.seen ?? { file: config.name || 'next.config.js' }
  const isPast = app.version.major === 14
  const anyHost = /hostname['"]?\s*:\s*(['"])\*\*?\1/.test(body)
  const loader =
    /\bloader['"]?\s*:\s*['"](?!default)(\w+)|\bloaderFile\b|\bpath['"]?\s*:\s*['"](https?:\/\/[^'"]*)/.exec(
      body,
    )
  return [
    ...(isPast &&
    !config.unoptimized &&
    !loader &&
    (usesImages(facts) || /remotePatterns|domains/.test(body))
      ? [
          {
            id: 'images-past-gate' as const,
            level: 'warning' as const,
            what: `next ${app.version.major} answers /_next/image past the gate, and the app has images for it`,
            seen,
            why: 'everybody may have remote images fetched and optimised; those of the app itself stay broken, for who is in too',
            mend: `set \`images: { unoptimized: true }\` in ${config.name || 'next.config.js'} on the staging branch`,
          },
        ]
      : []),
    ...(anyHost && !config.unoptimized
      ? [
          {
            id: 'images-any-host' as const,
            level: 'warning' as const,
            what: `remotePatterns in ${config.name} have every host`,
            seen,
            why: 'who is in has the server fetch from anywhere, and what is fetched is kept as public',
            mend: 'name the hosts that the images are from',
          },
        ]
      : []),
    ...(loader
      ? [
          {
            id: 'images-elsewhere' as const,
            level: 'note' as const,
            what: `images in ${config.name} have a loader (${loader[1] ?? loader[2] ?? 'loaderFile'})`,
            seen,
            why: 'where it leads to another host, images are served there, and nothing gates that host',
            mend: 'set `images: { unoptimized: true }` on the staging branch where they must stay private',
          },
        ]
      : []),
  ]
}

/** Whether the app shows images by `next/image`. */
export function usesImages(facts: Facts): boolean {
  return (
    seenInText(facts.sources(), /(?:from|import|require)\s*\(?\s*['"]next\/(?:legacy\/)?image['"]/g)
      .length > 0
  )
}
