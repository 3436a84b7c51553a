/** Whether this deployment is gated. Decided from the environment, never from the network. */

/** The switch, read. `fault` is a value that is neither on nor off, which counts as on. */
export interface Switch {
  gated: boolean
  fault?: string
}

/** Reads the value of `STAGEDOOR`; without one, all but production and development are gated. */
export function readSwitch(value: string | undefined, environmentName: string): Switch {
  if (!value) return { gated: !['production', 'development'].includes(environmentName) }
  if (['off', 'false', '0'].includes(value)) return { gated: false }
  return ['on', 'true', '1'].includes(value) ? { gated: true } : { gated: true, fault: value }
}
