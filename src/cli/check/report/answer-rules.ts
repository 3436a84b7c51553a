/** What the answers themselves show, beside whether they let anybody in. */
import type { Rule } from './rules.ts'

const RFC = 'https://www.rfc-editor.org/rfc'

/** By id. */
export const ANSWER_RULES = {
  'challenge-missing': {
    title: 'A 401 without a challenge',
    level: 'warning',
    why: 'a 401 has to say in WWW-Authenticate how to get in; without it no browser asks for a password',
    mend: 'answer 401 with `WWW-Authenticate: Basic realm="…", charset="UTF-8"`, or 403 where nothing opens it',
    help: `${RFC}/rfc9110.html#section-15.5.2`,
  },
  'challenge-malformed': {
    title: 'A challenge that is not of the grammar',
    level: 'warning',
    why: 'browsers read such a challenge in different ways: some ask for a password, some do not',
    mend: 'write `WWW-Authenticate: Basic realm="…", charset="UTF-8"`, with commas, and \\" for a quote inside',
    help: `${RFC}/rfc9110.html#section-11.6.1`,
  },
  'challenge-basic': {
    title: 'A Basic challenge that RFC 7617 does not allow',
    level: 'warning',
    why: 'a browser keeps a password for a realm, and encodes it as charset says: it may ask again and again, or send another password than was typed',
    mend: 'write `WWW-Authenticate: Basic realm="…", charset="UTF-8"`, with a realm of plain ASCII in quotes',
    help: `${RFC}/rfc7617.html#section-2`,
  },
  'challenge-other-scheme': {
    title: 'Basic asked of a request that came with another scheme',
    level: 'note',
    why: 'where a script of the site sends `Authorization: Bearer …`, the browser shows a box, and on Cancel forgets the password that it had',
    mend: 'answer a request that comes with another scheme with a challenge of that scheme (`Bearer realm="…"`)',
    help: `${RFC}/rfc9110.html#section-11.6.1`,
  },
  'challenge-scheme': {
    title: 'A scheme that few clients can answer, or that protects little',
    level: 'note',
    why: 'who cannot answer the scheme cannot get in, and a weak one gives the password away',
    mend: 'ask for Basic over https, or let people sign in by a page',
    help: 'https://www.iana.org/assignments/http-authschemes/http-authschemes.xhtml',
  },
  'challenge-realms': {
    title: 'Several realms on one site',
    level: 'note',
    why: 'a browser asks for the password once for each realm',
    mend: 'send the same realm with every 401',
    help: `${RFC}/rfc9110.html#section-11.5`,
  },
  'refusal-cacheable': {
    title: 'A refusal that caches may keep',
    level: 'warning',
    why: 'a cache that keeps it refuses those who may enter as well, until it is forgotten there',
    mend: 'answer refusals with `Cache-Control: no-store`',
    help: `${RFC}/rfc9111.html#section-3`,
  },
  'answer-cacheable': {
    title: 'A private answer that shared caches may keep',
    level: 'warning',
    why: 'a cache between the visitors and the site may serve it to the next one, who has no credential',
    mend: 'let the gate set `Cache-Control: private, no-cache` on what it lets through, and take out `s-maxage`, `public` and the CDN fields',
    help: `${RFC}/rfc9111.html#section-3.5`,
  },
  'cache-answers-first': {
    title: 'A cache in front of the gate serves what it kept',
    level: 'leak',
    why: 'what the cache has goes to everybody: the gate behind it is not asked',
    mend: 'purge that cache, let it pass by all of this site, and set `Cache-Control: private` on what the gate lets through',
    help: `${RFC}/rfc9111.html#section-4`,
  },
  'cache-hit': {
    title: 'What somebody may see came out of a cache',
    level: 'warning',
    why: 'where the cache stands in front of the gate, it serves that to anybody',
    mend: 'run the check again: what a cache in front keeps shows as a leak then; or let the cache pass by this site',
    help: `${RFC}/rfc9111.html#section-3.5`,
  },
  'redirect-before-gate': {
    title: 'A redirect that asks for no credential',
    level: 'warning',
    why: 'it tells anybody that the address is there, and where it leads',
    mend: "move it out of `redirects()` of next.config or the server's rules, to where the gate comes first; or leave it, where its addresses are no secret",
    help: 'https://nextjs.org/docs/app/api-reference/config/next-config-js/redirects',
  },
  'redirect-to-http': {
    title: 'A redirect from https to http',
    level: 'warning',
    why: 'the next request, and the password that a browser sends with it, goes over the network as plain text',
    mend: 'redirect to https, or to a path without scheme and host; behind a proxy check what it says in X-Forwarded-Proto',
    help: `${RFC}/rfc7617.html#section-4`,
  },
  'sent-elsewhere': {
    title: 'Everybody is sent to another site',
    level: 'warning',
    why: 'no other host is asked: where nobody signs in there, this site has no gate that was seen, and what it does not redirect is open',
    mend: 'open the address in a private window of a browser: it must ask who you are; or check with `--user`, which shows whether anybody gets in',
    help: `${RFC}/rfc9110.html#section-15.4`,
  },
  'plain-http': {
    title: 'No TLS',
    level: 'warning',
    why: 'passwords and pages can be read, and changed, by everybody on the way',
    mend: 'serve the site over https alone, and let http do nothing but redirect to it',
    help: `${RFC}/rfc7617.html#section-4`,
  },
  'hsts-missing': {
    title: 'No Strict-Transport-Security',
    level: 'note',
    why: 'a browser that is given the name alone asks by http first, where somebody on the way can answer',
    mend: 'send `Strict-Transport-Security: max-age=31536000`',
    help: `${RFC}/rfc6797.html#section-7.2`,
  },
  'cookie-attributes': {
    title: 'A cookie that stands for a credential, and is not kept well',
    level: 'warning',
    why: 'who reads the cookie is in: scripts can without HttpOnly, and everybody on the way without Secure',
    mend: 'set it with `HttpOnly; Secure; SameSite=Lax; Path=/`, no Domain, and a name that starts with __Host-',
    help: `${RFC}/rfc6265.html#section-4.1.2`,
  },
  indexable: {
    title: 'Open pages that search engines may list',
    level: 'warning',
    why: 'a private site is found by its open pages, and competes with the public one',
    mend: 'send `X-Robots-Tag: noindex, nofollow` with every answer of this deployment',
    help: 'https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag',
  },
  'refusal-tells': {
    title: 'A refusal whose fields name parts of the site',
    level: 'warning',
    why: 'names of scripts and paths are what one needs to ask for more, and to know the version that runs',
    mend: "answer refusals before the app is asked, and with the gate's own fields alone",
    help: 'https://cwe.mitre.org/data/definitions/209.html',
  },
  sniffable: {
    title: 'A refusal without a type',
    level: 'note',
    why: 'a browser guesses what such a body is, and may take it for a page or a script',
    mend: 'send `Content-Type`, and `X-Content-Type-Options: nosniff`',
    help: 'https://mimesniff.spec.whatwg.org/#interpreting-the-resource-metadata',
  },
  'software-told': {
    title: 'Refusals name the software and its version',
    level: 'note',
    why: 'who looks for sites with a known hole finds this one by it',
    mend: 'take it out: `server_tokens off` of nginx, `poweredByHeader: false` of Next.js',
    help: `${RFC}/rfc9110.html#section-10.2.4`,
  },
  'platform-first': {
    title: "The platform's own protection answers first",
    level: 'warning',
    why: 'nothing came through to the gate of the site: whether there is one, and whether it refuses, is not known',
    mend: 'trust that protection alone, or check a deployment on which it is off: switching it off opens every deployment that has no gate',
    help: 'https://vercel.com/docs/deployment-protection',
  },
  'shut-for-all': {
    title: 'Nobody can get in',
    level: 'note',
    why: 'a 503 says that the site serves nobody at the moment; a gate that has no policy answers so',
    mend: 'look into the log of the site; where it is Stagedoor, `npx stagedoor status`',
    help: `${RFC}/rfc9110.html#section-15.6.4`,
  },
  'rate-limited': {
    title: 'Some were refused for being too many',
    level: 'note',
    why: 'a 429 says nothing about what the same request gets on a quiet day',
    mend: 'check again in a few minutes, with fewer requests (`--max-requests`)',
    help: `${RFC}/rfc6585.html#section-4`,
  },
  'slow-refusal': {
    title: 'Refusals take long',
    level: 'note',
    why: 'everybody can have them, as often as they like, and each visitor waits for the first one',
    mend: 'decide before the app is drawn and before anything is asked over the network',
    help: `${RFC}/rfc9110.html#section-15.5.2`,
  },
} as const satisfies Record<string, Rule>

/** One of {@link ANSWER_RULES}. */
export type AnswerRule = keyof typeof ANSWER_RULES
