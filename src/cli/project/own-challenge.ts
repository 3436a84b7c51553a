/** A middleware that asks for a password itself, as articles have it: behind a gate nobody gets past it. */
import type { Source, Step } from './middleware-shape.ts'
import { type CutText, lineAt } from './source-text.ts'

// Not of a `Bearer` for the app's own clients, and not where the field is only named.
const CHALLENGE =
  /(['"`])www-authenticate\1[^;]{0,200}?(['"`])basic\b|(['"`])nextjs-basic-auth-middleware\3/i
// The answer may stand in another file, to which this one rewrites. A token is split at dots.
const AUTHORIZATION = /(['"`])authorization\1/i
const DECODES = /\batob\s*\(|(['"`])base64\1/
const SPLITS = /(['"`]):\1/

/**
 * Where it does, if it does.
 *
 * @returns the line, from 1
 */
export function ownChallengeLine({ text, plain }: CutText): number | null {
  const challenge = plain.search(CHALLENGE)
  const isRead = challenge < 0 && DECODES.test(plain) && SPLITS.test(plain)
  const at = isRead ? plain.search(AUTHORIZATION) : challenge
  return at < 0 ? null : lineAt(text, at)
}

/** The step that takes it out. */
export function ownChallengeStep(source: Source): Step | null {
  const line = ownChallengeLine(source)
  if (line === null) return null
  return {
    say: 'this file asks for a password of its own: where that is all it does, delete it and run this again; else take that part out, because the gate keeps the password of its users from the app, and all of them would be refused',
    line,
  }
}
