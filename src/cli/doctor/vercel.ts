/**
 * Whether environments on Vercel share the secret with production: asked for with `--vercel` only,
 * in the way of `status`, without questions. Nothing else that `doctor` does uses the network.
 */
import type { Io } from '../io.ts'
import { lookUp, openReader, type Value } from '../status/vercel-values.ts'
import { isNoAnswer, openQuietly, orNoAnswer } from '../status/way.ts'
import { type Environment, listEnvironments, placeNameOf } from '../vercel/environments.ts'
import { findLinkedProject } from '../vercel/linked-project.ts'
import { listVariables, type Variable, variableOf } from '../vercel/variables.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { sharedFinding } from './secrets.ts'

const SECRET = 'STAGEDOOR_SECRET'

export async function vercelFindings({ options }: Facts, io: Io): Promise<Finding[]> {
  const shared = await orNoAnswer(io, async () => {
    const project = findLinkedProject(io)
    const api = openQuietly(project.orgId, options, io)
    const variables = await listVariables(api, project)
    const reader = openReader(api, project, variables)
    const environments = await listEnvironments(api, project.projectId)
    const look = async (environment: Environment) => ({
      environment,
      variable: variableOf(variables, SECRET, environment),
      value: await lookUp(SECRET, environment, reader),
    })
    const [production, ...others] = await Promise.all(environments.map(look))
    return { same: others.filter((one) => production && isSame(production, one)) }
  })
  if (isNoAnswer(shared)) return [unasked(shared.error.message, shared.error.hint)]
  return shared.same.map(({ environment }) =>
    sharedFinding(`vercel:production and ${placeNameOf(environment)}`, {}),
  )
}

interface Looked {
  variable: Variable | undefined
  value: Value
}

/** One variable of both is the same whatever is in it; two are compared where both can be read. */
function isSame(one: Looked, other: Looked): boolean {
  if (one.variable !== undefined && one.variable.id === other.variable?.id) return true
  const [a, b] = [one.value, other.value]
  return a.is === 'there' && b.is === 'there' && a.value === b.value
}

function unasked(message: string, hint = 'run `npx stagedoor status`'): Finding {
  return {
    id: 'vercel-unasked',
    level: 'note',
    what: `Vercel was not asked, or gave no answer: ${message}`,
    why: 'whether production has the same secret as other environments is not known',
    mend: hint,
  }
}
