/** The lines of `.env.example`: which variables there are, for whoever sets up the next copy. */

interface Line {
  name: string
  /** What it is for, without `#`. */
  about: string
}

const LINES: Line[] = [
  {
    name: 'STAGEDOOR',
    about: 'Stagedoor: on or off; empty: on, but for production and `next dev`',
  },
  {
    name: 'STAGEDOOR_POLICY',
    about: 'Who may enter, as JSON: `npx stagedoor user add NAME` writes it',
  },
  {
    name: 'STAGEDOOR_SECRET',
    about: 'For signed passes of a later version: `npx stagedoor init` makes it',
  },
]

export interface Addition {
  text: string
  /** Variables that were missing. */
  names: string[]
}

/**
 * Adds the variables that a file does not name yet, also not in a comment; nothing else changes.
 *
 * @param text `''` where there is no file
 */
export function addToExample(text: string): Addition {
  const missing = LINES.filter(({ name }) => !isNamed(text, name))
  const names = missing.map(({ name }) => name)
  if (missing.length === 0) return { text, names }
  const newline = /\r\n|\n/.exec(text)?.[0] ?? '\n'
  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline
  const lines = missing.map(({ name, about }) => `# ${about}${newline}${name}=${newline}`)
  return { text: text + gap + lines.join(''), names }
}

function isNamed(text: string, name: string): boolean {
  return new RegExp(`^[#\\s]*(?:export\\s+)?${name}\\s*=`, 'm').test(text)
}
