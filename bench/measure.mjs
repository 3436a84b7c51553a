/** All measurements, one after the other: each wants the machine for itself. */

import { measureDecisions } from './decide/measure.mjs'
import { measureFirst } from './first/measure.mjs'
import { measureServers } from './serve/measure.mjs'
import { measureSizes } from './size/measure.mjs'

/**
 * @param {{ mode: 'full' | 'quick' | 'smoke', gate?: string, tell?: (part: string) => void }} options
 */
export async function measureAll({ tell = () => {}, ...options }) {
  tell('sizes')
  const sizes = measureSizes(options.gate)
  tell('next start')
  const serve = await measureServers(options)
  tell('first decisions')
  const first = await measureFirst(options)
  tell('decisions')
  const decide = await measureDecisions(options)
  return { serve, decide, first, sizes }
}
