/** Images of the app: those that the optimiser serves past the gate, or fetches from anywhere. */
import { readPackage } from '../project/next-app.ts'
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

/** `next start -H 127.0.0.1`: Next.js then asks itself over the network, as nobody. */
const BOUND = /\bnext\s+start\b[^|&;]{0,200}\s(?:-H|--hostname)[\s=]+["']?([\w.:[\]-]{1,255})/
const HARMLESS = ['localhost', '0.0.0.0', '::', '[::]']

/** Images that a script of package.json keeps from everybody. */
export function boundFindings(facts: Facts, config: Config): Finding[] {
  const { scripts = {} } = (readPackage(facts.dir) ?? {}) as { scripts?: object }
  const addresses = Object.values(scripts).flatMap((line) => {
    const [, address] = BOUND.exec(String(line).slice(0, 2000)) ?? []
    return address && !HARMLESS.includes(address) ? [address] : []
  })
  const [address] = addresses
  if (!address || config.unoptimized || !usesImages(facts)) return []
  return [
    {
      id: 'images-refused',
      level: 'warning',
      what: `a script of package.json has next start -H ${address}, and the app has images to optimise`,
      seen: { file: 'package.json' },
      why: 'Next.js then asks itself for them over the network, without the visitor’s credentials: they are refused to everybody',
      mend: 'leave -H out of that script, or write `-H localhost` or `-H 0.0.0.0`',
    },
  ]
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
