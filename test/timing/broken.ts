/** Gates with a leak, and what shows it: the measurements must tell those kinds of work apart. */
import { EXPERIMENTS } from './experiments.ts'

interface Broken {
  leak: string
  /** The module of src/gate, a text that stands in it once, and what stands in its place. */
  module: string
  from: string
  to: string
  experiments: string[]
}

// Of a signature's 43 characters, what a visit to the gate takes hides them: alone they show.
const WITH_LONG_TEXTS = Object.keys(EXPERIMENTS).filter(
  (name) => name.includes('last character') && !name.includes('signature'),
)

export const BROKEN: Broken[] = [
  {
    leak: 'a comparison by ===',
    module: 'bytes.ts',
    from: '  let difference = presented.length ^ kept.length\n',
    to: '  if (presented.length > 0) return presented === kept\n  let difference = 0\n',
    experiments: ['a long text: its last character or its first is wrong'],
  },
  {
    leak: 'a comparison that ends where texts differ',
    module: 'bytes.ts',
    from: '    difference |= ',
    to: '    if (presented[i] !== kept[i]) return false\n    difference |= ',
    experiments: [
      'a text as long as a signature: its last character or its first is wrong',
      ...WITH_LONG_TEXTS,
    ],
  },
  {
    leak: 'no work for nobody’s password',
    module: 'users.ts',
    from: '  const known = sameText(',
    to: "  if (!user) return 'wrong credentials'\n  const known = sameText(",
    experiments: Object.keys(EXPERIMENTS).filter((name) => name.includes('nobody')),
  },
  {
    leak: 'fewer iterations for nobody’s password',
    module: 'users.ts',
    from: '      await hashPassword(password, salt, dearest + 1 - first)',
    to: '      if (user) await hashPassword(password, salt, dearest + 1 - first)',
    experiments: ['a password that is derived: of a user, or of nobody'],
  },
]
