/** Images of the app: those that the optimiser serves past the gate, or fetches from anywhere. */
import { bodyOf, propertiesOf } from './config-values.ts'
import type { Config, Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { seenInText } from './sources.ts'

const ANY_HOST = /hostname['"]?\s*:\s*(['"])\*\*?\1/
const LOADER =
  /\bloader['"]?\s*:\s*['"](?!default)(\w+)|\bloaderFile\b|\bpath['"]?\s*:\s*['"](https?:\/\/[^'"]*)/

export function imageFindings(facts: Facts, config: Config): Finding[] {
  const { app } = facts
  if (!app) return []
  const [images] = propertiesOf(config, 'images')
  const body = images ? bodyOf(config, images) : ''
  const file = config.name || 'next.config.js'
  const seen = images?.seen ?? { file }
  const loader = LOADER.exec(body)
  const findings: Finding[] = []
  if (!config.unoptimized && !loader && app.version.major === 14 && hasImages(facts, body)) {
    findings.push({
      id: 'images-past-gate',
      level: 'warning',
      what: `next ${app.version.major} answers /_next/image past the gate, and the app has images for it`,
      seen,
      why: 'everybody may have remote images fetched and optimised; those of the app itself stay broken, for who is in too',
      mend: `set \`images: { unoptimized: true }\` in ${file} on the staging branch`,
    })
  }
  if (!config.unoptimized && ANY_HOST.test(body)) {
    findings.push({
      id: 'images-any-host',
      level: 'warning',
      what: `remotePatterns in ${config.name} have every host`,
      seen,
      why: 'who is in has the server fetch from anywhere, and what is fetched is kept as public',
      mend: 'name the hosts that the images are from',
    })
  }
  if (loader) {
    findings.push({
      id: 'images-elsewhere',
      level: 'note',
      what: `images in ${config.name} have a loader (${loader[1] ?? loader[2] ?? 'loaderFile'})`,
      seen,
      why: 'where it leads to another host, images are served there, and nothing gates that host',
      mend: 'set `images: { unoptimized: true }` on the staging branch where they must stay private',
    })
  }
  return findings
}

/** @param body what `images` of next.config says */
function hasImages(facts: Facts, body: string): boolean {
  return usesImages(facts) || /remotePatterns|domains/.test(body)
}

/** Whether the app shows images by `next/image`. */
export function usesImages(facts: Facts): boolean {
  return (
    seenInText(facts.sources(), /(?:from|import|require)\s*\(?\s*['"]next\/(?:legacy\/)?image['"]/g)
      .length > 0
  )
}
