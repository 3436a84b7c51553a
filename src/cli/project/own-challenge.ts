/** A middleware that asks for a password itself, as the articles have it: behind a gate nobody gets past it. */
import type { Source, Step } from './middleware-shape.ts'
import { lineAt } from './source-text.ts'

const CHALLENGE = /www-authenticate|nextjs-basic-auth-middleware/i

/**
 * Where it does, if it does.
 *
 * @returns the line, from 1
 */
export function ownChallengeLine({ text, plain }: Source): number | null {
  // Bearer alone is for the app's own clients.
  const at = /\bbasic\b/i.test(plain) ? plain.search(CHALLENGE) : -1
  return at < 0 ? null : lineAt(text, at)
}

/** The step that takes it out. */
export function ownChallengeStep(source: Source): Step | null {
  const line = ownChallengeLine(source)
  if (line === null) return null
  return {
    say: 'take out where it asks for a password of its own: the gate keeps the password of its users from the app, so this would refuse all of them; where that is all that the file does, delete it and run this again',
    line,
  }
}
