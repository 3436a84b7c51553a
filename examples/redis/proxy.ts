/** The gate, with its policy in Redis. */
import { redis } from './redis'
import { createGate } from './stagedoor'

export default createGate({ store: () => redis })
