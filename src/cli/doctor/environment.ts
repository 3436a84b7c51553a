/** What the environment says beside policies and secrets: the switch, and who tells the address of clients. */
import { readSwitch } from '../../gate/switch.ts'
import { environmentName } from '../places/next-env.ts'
import { readPackage } from '../project/next-app.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { rawValue, seenVariable, settingsOf } from './variables.ts'

export function environmentFindings(facts: Facts): Finding[] {
  return [...switches(facts), ...scripts(facts), ...addresses(facts)]
}

/** A file for everybody that opens the gate opens previews too: a build brings it along. */
function switches(facts: Facts): Finding[] {
  return [...facts.values].flatMap(([file, values]): Finding[] => {
    const value = values.get('STAGEDOOR')
    const { gated, fault } = readSwitch(
      value,
      environmentName((name) => values.get(name)),
    )
    if (!value || file.startsWith('.env.development')) return []
    const seen = seenVariable(facts, file, 'STAGEDOOR')
    if (fault !== undefined) {
      return [
        {
          id: 'switch-unknown',
          level: 'warning',
          what: `STAGEDOOR of ${file} is neither on nor off`,
          ...seen,
          why: 'it counts as on',
          mend: 'write `on` or `off`',
        },
      ]
    }
    if (gated) return []
    const isLocal = file.endsWith('.local')
    return [
      {
        id: 'switch-off',
        level: isLocal ? 'warning' : 'error',
        what: `${file} has STAGEDOOR=${value}`,
        ...seen,
        why: isLocal
          ? 'no run on this machine is gated'
          : 'every build brings it along: no deployment is gated, previews neither, unless its own variables say so',
        mend: isLocal
          ? 'run `npx stagedoor on`, or take the line out'
          : 'take the line out: production is not gated anyway',
      },
    ]
  })
}

/** `STAGEDOOR=off next start`: whoever deploys by that script has no gate. */
function scripts({ dir }: Facts): Finding[] {
  const { scripts = {} } = (readPackage(dir) ?? {}) as { scripts?: object }
  return Object.values(scripts).flatMap((line): Finding[] => {
    const [, value = ''] = /\bSTAGEDOOR=["']?(\w{1,9})/.exec(String(line).slice(0, 2000)) ?? []
    if (!value || readSwitch(value, '').gated) return []
    return [
      {
        id: 'switch-off',
        level: 'warning',
        what: `a script of package.json has STAGEDOOR=${value}`,
        seen: { file: 'package.json' },
        why: 'what is started by it is open to everybody',
        mend: 'take STAGEDOOR out of that script',
      },
    ]
  })
}

// What Vercel itself overwrites.
const VERCELS = /^x-(?:real-ip|forwarded-for|vercel-[\w-]+)$/i

// As such fields are called, and no more: what else stands there may be a secret, by mistake.
const FIELD_NAME = /^[a-z]{1,20}(?:-[a-z]{1,20}){0,4}$/i

function addresses(facts: Facts): Finding[] {
  // Nothing else looks at the address of a client.
  if (!facts.policies.some(({ document }) => document?.ips?.length)) return []
  return settingsOf(facts, 'STAGEDOOR_IP_HEADER').map(({ value, source }): Finding => {
    const isWrong = facts.isLinked && !VERCELS.test(value)
    const raw = rawValue(facts.texts, source, 'STAGEDOOR_IP_HEADER')
    const isShown = raw !== null && FIELD_NAME.test(raw)
    return {
      id: 'ip-header',
      level: isWrong ? 'warning' : 'note',
      what: `STAGEDOOR_IP_HEADER of ${source} is ${isShown ? raw : 'set'}`,
      ...seenVariable(facts, source, 'STAGEDOOR_IP_HEADER'),
      why: `${isWrong ? 'Vercel overwrites no such field: ' : ''}who can reach the app without your own proxy writes any address into it, and gets in by \`ips\``,
      mend: 'take the line out, unless a proxy of yours overwrites that field and nothing goes past the proxy',
    }
  })
}
