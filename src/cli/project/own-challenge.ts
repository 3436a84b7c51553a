/** A middleware that asks for a password itself, as articles have it: behind a gate nobody gets past it. */
import type { Source, Step } from './middleware-shape.ts'
import { type CutText, lineAt } from './source-text.ts'

const CHALLENGE = /www-authenticate|nextjs-basic-auth-middleware/i
// The answer may stand in another file, to which this one rewrites.
const AUTHORIZATION = /(['"`])authorization\1/i
const DECODES = /\batob\s*\(|(['"`])base64\1/

/**
 * Where it does, if it does.
 *
 * @returns the line, from 1
 */
export function ownChallengeLine({ text, plain }: CutText): number | null {
  // Bearer alone is for the app's own clients.
  const challenge = /\bbasic\b/i.test(plain) ? plain.search(CHALLENGE) : -1
  const at = challenge < 0 && DECODES.test(plain) ? plain.search(AUTHORIZATION) : challenge
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
