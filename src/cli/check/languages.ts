/** Languages that the pages of a site say it has: `/de` is a page in one of those, or a page like any. */
import type { Judged } from './examined.ts'
import { firstOf } from './fields.ts'

// Octets. They stand in the head of a page, and in its data.
const LOOKED_AT = 128 * 1024
const TAG = '([a-z]{2}(?:-[a-z]{2,4})?)(?![\\w-])'
const SAID = [
  new RegExp(`<html\\b[^<>]{0,300}\\slang=["']?${TAG}`, 'gi'),
  new RegExp(`\\bhreflang["']?[=:]["']?${TAG}`, 'gi'),
]
const LOCALES = /"locales":\s?\[([^\]]{1,500})\]/g

/** In lower case, each with its first part: `de-at` and `de`. */
export function languagesOf(exchanges: Judged[]): Set<string> {
  const found = exchanges.flatMap(({ verdict, answer }) => {
    if (!SHOWN.includes(verdict) || 'failure' in answer) return []
    const isPage = /html/.test(firstOf(answer.fields, 'content-type') ?? '')
    return isPage ? languagesIn(answer.body.toString('latin1', 0, LOOKED_AT)) : []
  })
  return new Set(found.flatMap((tag) => [tag, tag.slice(0, 2)]))
}

const SHOWN = ['entered', 'open', 'told']

function languagesIn(text: string): string[] {
  const lists = [...text.matchAll(LOCALES)].flatMap(([, list = '']) => list.split(','))
  const said = SAID.flatMap((pattern) => [...text.matchAll(pattern)].map(([, tag = '']) => tag))
  return [...said, ...lists.map((one) => one.trim().replaceAll('"', ''))]
    .map((tag) => tag.toLowerCase())
    .filter((tag) => /^[a-z]{2}(-[a-z]{2,4})?$/.test(tag))
}
