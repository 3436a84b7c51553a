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
    about:
      'Signs sessions, share links and passes; 32 bytes or more: `npx stagedoor init` makes it',
  },
  {
    name: 'STAGEDOOR_SIGN_IN',
    about: "`page`: a sign-in page in place of the browser's box; needs STAGEDOOR_SECRET",
  },
  {
    name: 'STAGEDOOR_COOKIE',
    about: "`none`: for previews in another site's frame, as a CMS shows them",
  },
  {
    name: 'STAGEDOOR_IP_HEADER',
    about:
      "For `ips`: the header in which your own proxy tells the client's address; not on Vercel",
  },
]

const STORE_ABOUT = 'The store that has the policy: Vercel sets it; empty: STAGEDOOR_POLICY counts'

export interface Addition {
  text: string
  /** Variables that were missing. */
  names: string[]
}

/**
 * Adds the variables that a file does not name yet, also not in a comment; nothing else changes.
 *
 * @param text `''` where there is no file
 * @param store variable of the store, where the gate reads one
 */
export function addToExample(text: string, store?: string): Addition {
  const lines = store === undefined ? LINES : [...LINES, { name: store, about: STORE_ABOUT }]
  const missing = lines.filter(({ name }) => !isNamed(text, name))
  const names = missing.map(({ name }) => name)
  if (missing.length === 0) return { text, names }
  const newline = /\r\n|\n/.exec(text)?.[0] ?? '\n'
  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline
  const added = missing.map(({ name, about }) => `# ${about}${newline}${name}=${newline}`)
  return { text: text + gap + added.join(''), names }
}

function isNamed(text: string, name: string): boolean {
  return new RegExp(`^[#\\s]*(?:export\\s+)?${name}\\s*=`, 'm').test(text)
}
