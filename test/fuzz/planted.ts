/** Holes of one line, each of which lets somebody in, tells a secret, or breaks a promise. */

/** A text of `middleware.ts` that stands there once, and what stands in its place. */
interface Planted {
  hole: string
  from: string
  to: string
  /** What the fuzzer must say of it. */
  shows: RegExp
}

const IN = /^through|^sent on,/

export const PLANTED: Planted[] = [
  {
    hole: 'a password of which a beginning will do',
    from: 'return difference === 0',
    to: 'return difference === 0 || (presented.length > 9 && kept.startsWith(presented))',
    shows: IN,
  },
  {
    hole: 'a secret for automation that is not set and so is right',
    from: "keys.bypass !== '' && sameText",
    to: 'sameText',
    shows: IN,
  },
  {
    hole: 'an expired user',
    from: 'verdict === user && user.expires <= now',
    to: 'verdict === user && user.expires <= 0',
    shows: IN,
  },
  {
    hole: 'a session of a user who has expired',
    from: 'return user.expires > now ? user : null',
    to: 'return user',
    shows: IN,
  },
  {
    hole: 'a pass whose id is revoked',
    from: '|| policy.revoked.has(pass.jti)',
    to: '',
    shows: IN,
  },
  {
    hole: 'a session of another password',
    from: '!account || pass.fpr !== fpr',
    to: '!account',
    shows: IN,
  },
  {
    hole: 'a pass after its end',
    from: '&& now < exp + grace',
    to: '',
    shows: IN,
  },
  {
    hole: 'an algorithm of the token’s own choice',
    from: "return alg === 'HS256' && crit === undefined",
    to: "return alg !== 'HS512'",
    shows: IN,
  },
  {
    hole: 'a pass of another use',
    from: '!uses.includes(use as Use) ||',
    to: '',
    shows: IN,
  },
  {
    hole: 'a user who sees more than their paths',
    from: 'return !paths ||',
    to: 'return true ||',
    shows: IN,
  },
  {
    hole: 'a path with an escape that nothing needs',
    from: 'isOdd || NEEDLESS_ESCAPE.test(path)',
    to: 'isOdd',
    shows: IN,
  },
  {
    hole: 'a slash that an escape hides',
    from: 'const NOT_IN_SEGMENT = /[%/\\\\\\x00',
    to: 'const NOT_IN_SEGMENT = /[%\\\\\\x00',
    shows: IN,
  },
  {
    hole: 'a rule of one method that covers all',
    from: "for (const method of methods ?? ['*'])",
    to: "for (const method of ['*'])",
    shows: IN,
  },
  {
    hole: 'the second of two cookies by one name',
    from: "values.length === 1 ? (values[0] as string) : ''",
    to: "values.at(-1) ?? ''",
    shows: IN,
  },
  {
    hole: 'a password compared in compatibility form',
    from: "password: password.normalize('NFC') }",
    to: "password: password.normalize('NFKC') }",
    shows: /where it must be|decided/,
  },
  {
    hole: 'an address that another header tells',
    from: "(process.env.VERCEL === '1' ? 'x-real-ip' : '')",
    to: "'x-forwarded-for'",
    shows: IN,
  },
  {
    hole: 'a policy with an unknown key',
    from: 'check(strange === undefined,',
    to: 'check(true,',
    shows: /where it must be 503/,
  },
  {
    hole: 'a form of another site',
    from: "if (!form.isOurs) return refused('cross-site post')",
    to: '',
    shows: /sent on|401|decided|429/,
  },
  {
    hole: 'a redirect to another site',
    from: 'return origin === new URL(base).origin && !isOdd ? pathname + search : ',
    to: 'return !isOdd ? url : ',
    shows: /sent on to/,
  },
  {
    hole: 'credentials that the app gets',
    from: "if (took) set('authorization')",
    to: '',
    shows: /authorization used/,
  },
  {
    hole: 'an identity that a client says',
    from: "if (name.startsWith('x-stagedoor-')) set(name)",
    to: '',
    shows: /the app gets x-stagedoor-/,
  },
  {
    hole: 'a refusal that caches keep',
    from: "'Cache-Control': 'no-store',\n    'Content-Security-Policy'",
    to: "'Content-Security-Policy'",
    shows: /cache-control/,
  },
  {
    hole: 'a 401 without a challenge',
    from: "if (status === 401) response.headers.set('WWW-Authenticate', writeChallenge(challenge, realm))",
    to: '',
    shows: /401, where it must be/,
  },
  {
    hole: 'a query in the log',
    from: 'const path = facts.pathname.slice(0, LOGGED_PATH)',
    to: 'const path = request.url',
    shows: /logged/,
  },
  {
    hole: 'a password in the answer',
    from: 'const wrong = userId ? ',
    to: 'const wrong = userId ? process.env.STAGEDOOR_SECRET + ',
    shows: /answered a secret/,
  },
]
