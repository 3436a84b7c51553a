/** The drop-in, unchanged. Who may enter it reads from the environment, as in any app. */
import { createGate } from '#gate'

export const create = (options) => createGate(options)
