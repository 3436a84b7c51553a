/** Where things are. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const BENCH = fileURLToPath(new URL('../', import.meta.url))
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
/** Not in git. The peers are in its node_modules, Next.js in the repository's, which is above. */
export const WORK = path.join(REPOSITORY, '.tmp/bench')
