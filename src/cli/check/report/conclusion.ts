/** All of a check in one line. */
import { platformOf } from '../answers/platform.ts'
import { type Examined, Moved, type Unreachable, type Verdict } from '../examined.ts'
import { isAnswered } from '../exchange.ts'
import { doubtsOf, isGateSeen } from './doubts.ts'
import { counted, number } from './numbers.ts'

export interface Conclusion {
  state: 'private' | 'leaks' | 'not known'
  text: string
}

/** How what is not simply refused is told. */
const TOLD: [verdict: Verdict, words: string][] = [
  ['refused', 'refused'],
  ['malformed', 'refused as malformed'],
  ['told', 'open as told'],
  ['public', 'public by custom'],
  ['elsewhere', 'redirected'],
  ['reached', 'answered by the app with nothing of it'],
  ['failed', 'not known'],
]

export function conclude(examined: Examined): Conclusion {
  const { hindrance } = examined
  if (hindrance) return { state: 'not known', text: `not known: ${hindranceText(hindrance)}` }
  const outside = examined.exchanges.filter(({ asked }) => asked.visitor !== 'somebody')
  const count = (verdict: Verdict) => outside.filter((one) => one.verdict === verdict).length
  const [asked, open] = [outside.length, count('open')]
  const isLeak = examined.findings.some(({ level }) => level === 'leak')
  if (isLeak || open > 0) return { state: 'leaks', text: leaks(open, asked) }
  if (asked === 0) return { state: 'not known', text: 'not known: nothing was asked' }
  const doubts = doubtsOf(examined)
  if (doubts.length > 0) return { state: 'not known', text: `not known: ${doubts.join('; ')}` }
  const refused = count('refused') + count('malformed')
  const whose = `${counted(asked, 'request')} of nobody, strangers and tricksters`
  const each = TOLD.filter(([verdict]) => count(verdict) > 0)
    .map(([verdict, words]) => `${number(count(verdict))} ${words}`)
    .join(', ')
  if (!isGateSeen(examined)) {
    const text = `not known: nothing was refused for want of a credential: ${whose}, ${each}`
    return { state: 'not known', text }
  }
  const how = refused === asked ? 'all refused' : `none let in: ${each}`
  const text = `private${front(examined)}${asFar(examined)}: ${whose}, ${how}`
  return { state: 'private', text: text + unaskedText(examined) }
}

function hindranceText(hindrance: Unreachable | Moved): string {
  const { message } = hindrance
  return hindrance instanceof Moved ? `every path is sent on to ${message}` : message
}

/** The inside is not seen where the credential is refused; a limit may leave out what is open. */
function asFar({ unaskedKinds, entered }: Examined): string {
  const side = entered === false ? ' from outside' : ''
  return side + (unaskedKinds.length > 0 ? ', as far as was asked' : '')
}

function unaskedText({ unaskedKinds }: Examined): string {
  if (unaskedKinds.length === 0) return ''
  return `; for lack of requests nothing was asked of ${unaskedKinds.join(', ')} (\`--max-requests\`)`
}

function leaks(open: number, asked: number): string {
  if (open === 0) return 'LEAKS: what is found above gets out'
  return `LEAKS: ${number(open)} of ${counted(asked, 'request')} without a right credential got what is not theirs`
}

/** Where it is not the site itself that refuses. */
function front({ exchanges }: Examined): string {
  const refusals = exchanges
    .filter(({ verdict, asked }) => verdict === 'refused' && asked.visitor !== 'somebody')
    .filter(isAnswered)
  const platforms = new Set(refusals.map(platformOf))
  const [platform] = platforms
  return platforms.size === 1 && platform ? ` by ${platform}` : ''
}
