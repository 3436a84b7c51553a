/** How the runs of an app are told the address of a client. For `status`. */
import type { RunEnvironment } from './places/next-env.ts'
import { eachOnce } from './signing-state.ts'

/** The header that tells it. */
export interface ShownAddresses {
  run: string
  /** `null` where none does: then addresses let nobody in. */
  header: string | null
  /** What names the header, or says that the platform is Vercel. */
  from: string | null
}

/** As `environment.addressHeader` of the gate, which reads its own process only. */
export function addressStates(environments: RunEnvironment[]): ShownAddresses[] {
  return environments.map(({ run, settings }) => {
    const named = settings.get('STAGEDOOR_IP_HEADER')
    if (named?.value)
      return { run, header: named.value, from: `STAGEDOOR_IP_HEADER in ${named.source}` }
    const vercel = settings.get('VERCEL')
    return vercel?.value === '1'
      ? { run, header: 'x-real-ip', from: `VERCEL=1 in ${vercel.source}` }
      : { run, header: null, from: null }
  })
}

/** `addresses: not told here …`; where the runs differ, a line for each. */
export function addressText(addresses: ShownAddresses[]): string {
  return eachOnce(addresses, 'addresses', ({ header, from }) => {
    if (header === null) return 'not told here: they do not count (STAGEDOOR_IP_HEADER)'
    return from?.startsWith('STAGEDOOR_IP_HEADER')
      ? `told by x-real-ip on Vercel, else by the header of STAGEDOOR_IP_HEADER (${header})`
      : `told by ${header} (${from})`
  })
}
