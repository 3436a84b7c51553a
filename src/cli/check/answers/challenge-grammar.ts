/**
 * Reading `WWW-Authenticate` (RFC 9110 §11.2, §11.3, §11.6.1), as it is written in any number of fields.
 *
 * ```
 * WWW-Authenticate = #challenge
 * challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
 * auth-param       = token BWS "=" BWS ( token / quoted-string )
 * ```
 *
 * A comma parts challenges as well as the parameters of one, so what a word is shows only with what
 * follows it. Nothing is thrown: what is not of the grammar becomes a fault, and reading goes on
 * behind the next comma. Each octet is looked at a bounded number of times.
 */

/** A parameter, with its name as written. */
export interface Parameter {
  name: string
  value: string
  isQuoted: boolean
}

/** One challenge. Its scheme is as written: schemes are compared without case (§11.1). */
export interface Challenge {
  scheme: string
  token68: string | null
  parameters: Parameter[]
}

/** What a server asks for, and in what its words are not of the grammar. */
export interface Challenges {
  challenges: Challenge[]
  faults: string[]
}

// RFC 9110 §5.6.2
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
// RFC 9110 §11.2, and what has to follow it where it is one
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[\t ]*(?:,|$))/y
const SPACES = / +/y
const WHITESPACE = /[\t ]*/y
// qdtext and what may be escaped, obs-text too (RFC 9110 §5.6.4)
const TEXT = /^[\t \x21-\x7E\x80-\u{10FFFF}]*$/u

// Characters. Many times what a challenge needs, and little work for a reader.
const LONGEST = 8_192
const MOST_FAULTS = 8

/** Reads the values of all fields of that name, in their order. */
export function parseChallenges(values: string[]): Challenges {
  const read: Challenges = { challenges: [], faults: [] }
  for (const value of values.slice(0, 16)) new Reader(value.slice(0, LONGEST), read).readAll()
  return read
}

/** Reads one field. The last challenge may go on in the next one: they are one list (§5.3). */
class Reader {
  readonly #text: string
  readonly #read: Challenges
  #at = 0
  /** Whether the scheme of the last challenge was followed by a space, and so by parameters. */
  #isOpen: boolean

  constructor(text: string, read: Challenges) {
    this.#text = text
    this.#read = read
    this.#isOpen = (read.challenges.at(-1)?.parameters.length ?? 0) > 0
  }

  readAll(): void {
    for (;;) {
      this.#take(WHITESPACE)
      // Empty members are for a recipient to pass over (§5.6.1.2).
      if (this.#skip(',')) continue
      if (this.#at === this.#text.length) return
      this.#readMember()
      this.#take(WHITESPACE)
      if (this.#at < this.#text.length && this.#text[this.#at] !== ',')
        this.#fault('a comma is missing')
    }
  }

  /** A scheme with what follows it, or a parameter of the challenge before. */
  #readMember(): void {
    const name = this.#take(TOKEN)
    const behind = this.#at
    this.#take(WHITESPACE)
    if (name === '') this.#skipMember()
    else if (this.#skip('=')) this.#readParameter(name)
    else {
      this.#at = behind
      this.#readScheme(name)
    }
  }

  #readScheme(scheme: string): void {
    const challenge: Challenge = { scheme, token68: null, parameters: [] }
    this.#read.challenges.push(challenge)
    this.#isOpen = this.#take(SPACES) !== ''
    if (!this.#isOpen) return
    const token68 = this.#take(TOKEN68)
    if (token68 !== '') {
      challenge.token68 = token68
      this.#isOpen = false
      return
    }
    // The first parameter follows with no comma.
    const start = this.#at
    const name = this.#take(TOKEN)
    this.#take(WHITESPACE)
    if (name !== '' && this.#skip('=')) this.#readParameter(name)
    else this.#at = start
  }

  #readParameter(name: string): void {
    this.#take(WHITESPACE)
    const isQuoted = this.#text[this.#at] === '"'
    const value = isQuoted ? this.#readQuoted() : this.#take(TOKEN)
    const last = this.#read.challenges.at(-1)
    if (value === null) this.#fault(`the quoted text of ${name} has no end`)
    else if (!isQuoted && value === '') this.#fault(`${name} has no value`)
    else if (!last || !this.#isOpen) this.#fault(`${name} belongs to no scheme`)
    else {
      if (parameterOf(last, name)) this.#fault(`${name} is there twice`)
      last.parameters.push({ name, value, isQuoted })
    }
  }

  /** @returns what is meant; `null`, at the end of the text, where no quote closes it */
  #readQuoted(): string | null {
    let value = ''
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]
      if (character === '"') {
        this.#at = at + 1
        if (!TEXT.test(value)) this.#fault('a quoted text has control characters')
        return value
      }
      // quoted-pair
      if (character === '\\') at++
      value += this.#text[at] ?? ''
    }
    this.#at = this.#text.length
    return null
  }

  #skipMember(): void {
    this.#fault('a scheme or the name of a parameter is missing')
    const comma = this.#text.indexOf(',', this.#at)
    this.#at = comma === -1 ? this.#text.length : comma
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found = ''] = pattern.exec(this.#text) ?? []
    this.#at += found.length
    return found
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #fault(fault: string): void {
    const { faults } = this.#read
    if (faults.length < MOST_FAULTS && !faults.includes(fault)) faults.push(fault)
  }
}

/** Names are compared without case (§11.2). */
export function parameterOf(challenge: Challenge, name: string): Parameter | undefined {
  const wanted = name.toLowerCase()
  return challenge.parameters.find((one) => one.name.toLowerCase() === wanted)
}

/** Whether it is a challenge of that scheme, which is given in lower case. */
export function isScheme(challenge: Challenge, scheme: string): boolean {
  return challenge.scheme.toLowerCase() === scheme
}
