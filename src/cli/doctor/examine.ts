/** Everything that `doctor` looks at, in the order in which it is to be mended. */
import type { Io } from '../io.ts'
import { builtInFindings } from './built-in.ts'
import { configFindings } from './config.ts'
import { environmentFindings } from './environment.ts'
import type { Facts } from './facts.ts'
import { byLevel, type Finding } from './finding.ts'
import { gateSourceFindings } from './gate-source.ts'
import { gitFindings } from './git.ts'
import { matcherFindings } from './matcher.ts'
import { policyFindings } from './policy.ts'
import { presenceFindings } from './presence.ts'
import { ruleFindings } from './rules.ts'
import { secretFindings } from './secrets.ts'
import { vercelFindings } from './vercel.ts'
import { versionFindings } from './version.ts'
import { wiringFindings } from './wiring.ts'

export async function examine(facts: Facts, io: Io, asksVercel: boolean): Promise<Finding[]> {
  return byLevel([
    ...presenceFindings(facts),
    ...versionFindings(facts),
    ...wiringFindings(facts),
    ...gateSourceFindings(facts),
    ...(await matcherFindings(facts)),
    ...(await configFindings(facts)),
    ...policyFindings(facts),
    ...ruleFindings(facts),
    ...secretFindings(facts),
    ...environmentFindings(facts),
    ...builtInFindings(facts),
    ...(await gitFindings(facts)),
    ...(asksVercel ? await vercelFindings(facts, io) : []),
  ])
}
