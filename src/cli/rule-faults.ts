/** Why a text is not a rule, in words, with the rule that was probably meant (docs/policy.md, "Rules"). */
import { CTL } from '../gate/credentials.ts'
import { parseRule } from '../gate/rules.ts'
import { CliError, EXIT } from './errors.ts'
import { printable } from './talk.ts'

/** A fault and, where it can be guessed, the rule that was meant. */
interface Fault {
  reason: string
  meant?: string
}

const METHODS = /^([A-Za-z]+(?:,[A-Za-z]+)*)(\s+)(.*)$/s

/** Returns the rule. @throws {CliError} with the reason where the gate would not take it */
export function checkRule(text: string): string {
  if (parseRule(text)) return text
  const { reason, meant } = faultOf(text)
  // A guess is offered only where the gate would take it.
  const hint = meant !== undefined && parseRule(meant) ? `write '${printable(meant)}'` : EXAMPLE
  throw new CliError(`'${printable(text)}' is not a rule: ${reason}`, {
    hint,
    exitCode: EXIT.misused,
  })
}

const EXAMPLE = "a rule is '/robots.txt', '/api/webhooks/**' or 'GET,HEAD /feed/*'"

function faultOf(text: string): Fault {
  if (text.trim() === '') return { reason: 'it is empty' }
  if (text !== text.trim())
    return { reason: 'it begins or ends with white space', meant: text.trim() }
  if (CTL.test(text)) return { reason: 'it holds a control character' }
  if (/^[A-Za-z]:[\\/]/.test(text)) {
    return { reason: 'your shell made a Windows path of it; set MSYS_NO_PATHCONV=1' }
  }
  return methodFault(text) ?? patternFault(text)
}

function methodFault(text: string): Fault | undefined {
  if (/^[A-Za-z]+, /.test(text)) {
    return { reason: 'methods are listed without spaces', meant: text.replace(/, +/g, ',') }
  }
  if (/^[A-Z]{3,}(,[A-Z]{3,})*\//.test(text)) {
    return { reason: 'one space stands after the method', meant: text.replace('/', ' /') }
  }
  const [, methods = '', gap, rest = ''] = METHODS.exec(text) ?? []
  if (!methods || !rest.startsWith('/')) return undefined
  if (gap !== ' ')
    return { reason: 'one space stands after the method', meant: `${methods} ${rest}` }
  if (methods === methods.toUpperCase()) return undefined
  return { reason: 'methods are upper-case', meant: `${methods.toUpperCase()} ${rest}` }
}

function patternFault(text: string): Fault {
  const space = METHODS.test(text) ? text.search(/\s/) + 1 : 0
  const [before, pattern] = [text.slice(0, space), text.slice(space)]
  const meant = (path: string) => before + path
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/]*/i.exec(pattern)?.[0]
  if (url)
    return {
      reason: 'it is a URL: write its path alone',
      meant: meant(pattern.slice(url.length) || '/'),
    }
  if (!pattern.startsWith('/'))
    return { reason: 'a pattern starts with /', meant: meant(`/${pattern}`) }
  if (/[?#]/.test(pattern)) {
    return {
      reason: 'only the path is looked at, never the query',
      meant: meant(pattern.replace(/[?#].*/, '')),
    }
  }
  if (pattern.includes('%'))
    return { reason: 'write it decoded, without %', meant: meant(decode(pattern)) }
  if (pattern.includes('\\')) return { reason: 'no path that holds \\ is ever public' }
  return segmentFault(pattern, meant)
}

function segmentFault(pattern: string, meant: (path: string) => string): Fault {
  if (pattern.includes('//')) {
    return { reason: 'it has an empty segment', meant: meant(pattern.replace(/\/{2,}/g, '/')) }
  }
  if (/\/\.\.?([/;]|$)/.test(pattern))
    return { reason: 'it has a dot segment, which is never public' }
  return {
    reason: '** stands alone in its segment, and * matches within one',
    meant: meant(pattern.replace(/\*{2,}(?=[^/])|(?<=[^/*])\*{2,}/g, '*')),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
