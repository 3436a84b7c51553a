/**
 * Answers that are for programs: a firewall holds up what is no browser, and lets a browser through.
 * What a person gets there is not known.
 */
import type { Answer } from '../exchange.ts'
import { valuesOf } from '../fields.ts'

/**
 * What marks them. `cf-mitigated` is documented
 * (https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/),
 * the others are what such answers are seen to carry.
 */
const MARKS: [field: string, value: RegExp][] = [
  ['cf-mitigated', /./],
  ['x-vercel-mitigated', /./],
  ['x-amzn-waf-action', /./],
  ['server', /^AkamaiGHost\b/i],
]
const BLOCKS = [202, 403, 405, 429, 503]
const INTERSTITIAL = /<title>(?:Just a moment|Attention Required|Vercel Security Checkpoint)/i

/** By what it is known that a program was held up, `cf-mitigated`; `null` where none was. */
export function mitigationOf({ status, fields, body }: Answer): string | null {
  if (!BLOCKS.includes(status)) return null
  for (const [name, value] of MARKS) {
    if (valuesOf(fields, name).some((given) => value.test(given))) return name
  }
  return INTERSTITIAL.test(body.toString('latin1', 0, 4096)) ? 'its title' : null
}
