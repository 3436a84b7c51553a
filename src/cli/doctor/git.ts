/** `.env` files that git has, or would take: what is in a repository is known to all who read it. */
import path from 'node:path'
import { gitState } from '../places/git.ts'
import { shellWord } from '../talk.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { SECRETS } from './variables.ts'

export async function gitFindings(facts: Facts): Promise<Finding[]> {
  const { values } = facts
  const found = await Promise.all(
    [...facts.texts.keys()].map(async (name) => {
      const secrets = SECRETS.filter((one) => values.get(name)?.get(one))
      // Next.js means `.env` and `.env.production` to be in the repository, where no secret is in them.
      if (secrets.length === 0 && !name.endsWith('.local')) return []
      return findingOf(name, secrets, await gitState(path.join(facts.dir, name)))
    }),
  )
  return found.flat()
}

function findingOf(
  name: string,
  secrets: string[],
  state: Awaited<ReturnType<typeof gitState>>,
): Finding[] {
  const what = secrets.length > 0 ? ` with ${secrets.join(', ')} in it` : ''
  const file = shellWord(name)
  const anew = secrets.length > 0 ? ', and make anew what is in it: it stays in the history' : ''
  const why = 'whoever reads the repository has them, and gets in'
  const seen = { file: name }
  if (state === 'tracked') {
    return [
      {
        id: 'env-tracked',
        level: secrets.length > 0 ? 'error' : 'warning',
        what: `git tracks ${name}${what}`,
        seen,
        why:
          secrets.length > 0
            ? why
            : 'the next secret that a command writes there would be in the repository',
        mend: `run \`git rm --cached ${file}\`, add the line ${name} to .gitignore${anew}`,
      },
    ]
  }
  if (secrets.length === 0) return []
  if (state === 'visible') {
    return [
      {
        id: 'env-not-ignored',
        level: 'warning',
        what: `git does not ignore ${name}${what}`,
        seen,
        why: `the next \`git add\` takes it, and then ${why}`,
        mend: `add the line ${name} to .gitignore`,
      },
    ]
  }
  if (state !== 'unknown' && typeof state === 'string') return []
  const reason = typeof state === 'string' ? 'there is no git here' : state.reason
  return [
    {
      id: 'env-git-unknown',
      level: 'note',
      what: `whether git tracks ${name} is not known: ${reason}`,
      seen,
      why,
      mend: `make sure that git ignores it: \`git check-ignore ${file}\``,
    },
  ]
}
