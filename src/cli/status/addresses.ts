/** How the runs of an app are told the address of a client. */
import type { RunEnvironment } from '../places/next-env.ts'
import { eachOnce } from './signing.ts'

/** The header that tells it. */
export interface ShownAddresses {
  run: string
  /** `null` where none does: then addresses let nobody in. */
  header: string | null
  /** What names the header, or says that the platform is Vercel. */
  from: string | null
}

/** As `environment.addressHeader` of the gate, which reads its own process only. */
export function addressState({ run, settings }: RunEnvironment): ShownAddresses {
  const named = settings.get('STAGEDOOR_IP_HEADER')
  if (named?.value)
    return { run, header: named.value, from: `STAGEDOOR_IP_HEADER in ${named.source}` }
  const vercel = settings.get('VERCEL')
  return vercel?.value === '1'
    ? { run, header: 'x-real-ip', from: `VERCEL=1 in ${vercel.source}` }
    : { run, header: null, from: null }
}

/** `addresses: not told here …`; where the runs differ, a line for each. */
export function addressText(addresses: ShownAddresses[]): string {
  return eachOnce(addresses, 'addresses', ({ header, from }) =>
    header === null
      ? 'not told here: they do not count (STAGEDOOR_IP_HEADER)'
      : `told by ${header} (${from})`,
  )
}
