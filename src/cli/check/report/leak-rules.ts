/** What lets somebody in who should not be, by the door that it is; and what else the asking shows. */
import type { Rule } from './rules.ts'

const RFC = 'https://www.rfc-editor.org/rfc'
const ADVISORY = 'https://github.com/advisories'
const NEXTJS = 'https://nextjs.org/docs'

const OPEN = 'anybody who has the address gets what the site serves'
const TRICKED = 'anybody who knows this gets what the site serves; scanners for it are public'
const UPDATE = 'update Next.js to 15.5.28, 16.4.1 or later, and check again'
const NO_MATCHER = 'let the gate see every request: export no matcher, and decide inside'

export const LEAK_RULES = {
  'no-gate': {
    title: 'There is no gate',
    level: 'leak',
    why: OPEN,
    mend: 'run `npx stagedoor init` in the app, and deploy; `npx stagedoor status` tells which deployments are gated',
    help: 'https://www.npmjs.com/package/stagedoor',
  },
  'served-without-credential': {
    title: 'Served without a credential',
    level: 'leak',
    why: OPEN,
    mend: `${NO_MATCHER}; for what is open on purpose say so with --allow`,
    help: `${NEXTJS}/app/api-reference/file-conventions/proxy`,
  },
  'served-to-wrong-credential': {
    title: 'Served to a wrong credential',
    level: 'leak',
    why: OPEN,
    mend: 'compare the whole of user-id and password, and refuse what cannot be read (RFC 7617 §2)',
    help: `${RFC}/rfc7617.html#section-2`,
  },
  'shows-site-in-refusal': {
    title: 'A refusal with the site in it',
    level: 'leak',
    why: 'the status says no, and the body has what it should not: it is there for anybody who reads it',
    mend: "refuse before the app draws anything, with a page of the gate's own",
    help: `${RFC}/rfc9110.html#section-15.5.2`,
  },
  'cache-serves-strangers': {
    title: 'A cache serves strangers what somebody was given',
    level: 'leak',
    why: 'after one visitor with the credential has seen it, anybody sees it, until the cache forgets it',
    mend: 'purge that cache, and set `Cache-Control: private` on what the gate lets through',
    help: `${RFC}/rfc9111.html#section-3.5`,
  },
  'middleware-subrequest': {
    title: 'CVE-2025-29927: a request that Next.js takes for its own',
    level: 'leak',
    why: 'with x-middleware-subrequest Next.js before 12.3.5, 13.5.9, 14.2.25 and 15.2.3 runs no middleware at all, so no gate',
    mend: `${UPDATE}; until then, let a proxy in front drop that field`,
    help: `${ADVISORY}/GHSA-f82v-jwr5-mffw`,
  },
  'data-request': {
    title: 'Data of pages, asked in ways that a gate does not see',
    level: 'leak',
    why: 'the data of a page is the page: texts, prices and names stand in it (CVE-2026-44573)',
    mend: `${UPDATE}; ${NO_MATCHER}`,
    help: `${ADVISORY}/GHSA-36qx-fr4f-26g5`,
  },
  'segment-prefetch': {
    title: 'Parts of pages, asked in ways that a gate does not see',
    level: 'leak',
    why: 'the router fetches pages in parts, by fields and suffixes of its own (CVE-2026-44575, CVE-2026-45109, CVE-2026-64642)',
    mend: `${UPDATE}; ${NO_MATCHER}`,
    help: `${ADVISORY}/GHSA-267c-6grr-h53f`,
  },
  'prefetch-header': {
    title: 'A request that says it is a prefetch passes',
    level: 'leak',
    why: 'the matcher of the guide on content security leaves prefetches out, and anybody can say that theirs is one',
    mend: 'take `missing` out of the matcher, or better the matcher',
    help: `${NEXTJS}/app/guides/content-security-policy`,
  },
  'dynamic-parameter': {
    title: 'CVE-2026-44574: a page under the path of another one',
    level: 'leak',
    why: 'a parameter in the query decides which page is drawn, and the gate looks at the path alone',
    mend: UPDATE,
    help: `${ADVISORY}/GHSA-492v-c6pp-mqqv`,
  },
  'websocket-upgrade': {
    title: 'CVE-2026-44578: an upgrade that goes round the gate',
    level: 'leak',
    why: 'Next.js sends such a request on to whatever host it names, and no middleware is asked',
    mend: `${UPDATE}; where there is no fix (13, 14), let a proxy in front refuse upgrades`,
    help: `${ADVISORY}/GHSA-c4j6-fc7j-m34r`,
  },
  'internal-header': {
    title: 'A field of the framework that is believed from outside',
    level: 'leak',
    why: TRICKED,
    mend: 'let a proxy in front drop x-middleware-*, x-invoke-*, x-matched-path and x-now-route-matches, and update the framework',
    help: `${NEXTJS}/app/guides/data-security`,
  },
  'path-header': {
    title: 'A field that names another path is believed',
    level: 'leak',
    why: 'the gate decides by the path in the request line, and the site serves the one in the field (CVE-2018-14773)',
    mend: 'drop X-Original-URL and X-Rewrite-URL at the first proxy',
    help: 'https://symfony.com/cve-2018-14773',
  },
  'trusted-address': {
    title: 'A client that says itself where it comes from is believed',
    level: 'leak',
    why: 'anybody can write X-Forwarded-For and Host; who is let in by them lets everybody in',
    mend: 'overwrite these fields at the first proxy, and let none but that proxy reach the site',
    help: `${RFC}/rfc7239.html#section-8.1`,
  },
  'trusted-agent': {
    title: 'The name of a program is believed',
    level: 'leak',
    why: 'anybody can write `User-Agent: Googlebot`',
    mend: 'decide by credentials alone; a crawler that may come in has addresses that can be looked up',
    help: 'https://cwe.mitre.org/data/definitions/290.html',
  },
  'method-override': {
    title: 'A field that names another method is believed',
    level: 'leak',
    why: 'what one method must not have, another one gets',
    mend: 'drop X-HTTP-Method-Override at the first proxy, and decide alike for all methods',
    help: 'https://cwe.mitre.org/data/definitions/650.html',
  },
  'other-method': {
    title: 'HEAD or OPTIONS passes where GET does not',
    level: 'leak',
    why: 'their fields and bodies tell what is there: lengths, dates, addresses',
    mend: 'decide alike for all methods; for preflights allow OPTIONS where the app answers it, and there alone',
    help: 'https://cwe.mitre.org/data/definitions/650.html',
  },
  'prerender-revalidate': {
    title: 'A made-up revalidation is taken for a real one',
    level: 'leak',
    why: 'with that field Next.js serves without asking the gate',
    mend: 'update Next.js, and open no address that switches on draft mode',
    help: `${NEXTJS}/app/guides/draft-mode`,
  },
  'other-spelling': {
    title: 'The same path in another spelling is open',
    level: 'leak',
    why: 'the gate reads the path in one way, and the server in another',
    mend: 'refuse by default, and open what is open by exact paths; decode once, and refuse what can be read in two ways',
    help: `${RFC}/rfc3986.html#section-6.2.2`,
  },
  'absolute-target': {
    title: 'A whole URL in the request line is open',
    level: 'leak',
    why: 'proxies and servers read such a target in different ways',
    mend: 'refuse by default; update the server and the proxy in front of it',
    help: `${RFC}/rfc9112.html#section-3.2.2`,
  },
  'old-version': {
    title: 'HTTP/1.0 is open',
    level: 'leak',
    why: 'a request without Host goes to the first site of a server, which may have no gate',
    mend: 'let the first site of the server refuse everything',
    help: `${RFC}/rfc9112.html#section-3.2`,
  },
  'part-or-condition': {
    title: 'A part, or a comparison, is open',
    level: 'leak',
    why: 'a 206 is a piece of the site, and a 304 tells whether a guess is right',
    mend: 'ask for the credential before Range and If-None-Match are looked at',
    help: `${RFC}/rfc9110.html#section-13.2.1`,
  },
  'file-traversal': {
    title: 'Files beside the open folder are open',
    level: 'leak',
    why: 'a `location` of nginx without its last slash serves what stands beside its folder',
    mend: 'end both `location` and `alias` with a slash',
    help: 'https://cwe.mitre.org/data/definitions/22.html',
  },
  'forged-pass': {
    title: 'A forged pass is taken',
    level: 'leak',
    why: 'anybody can write a cookie or a token that nobody has signed',
    mend: 'check the signature, by an algorithm that the site sets and not the token (RFC 8725 §3.1)',
    help: `${RFC}/rfc8725.html#section-3.1`,
  },
  'reaches-app': {
    title: 'The app answers, with nothing of it',
    level: 'warning',
    why: 'the gate was not asked there: another address of this kind may have something to show',
    mend: NO_MATCHER,
    help: `${NEXTJS}/app/api-reference/file-conventions/proxy`,
  },
  'breaks-on-odd-credential': {
    title: 'A malformed credential breaks the site',
    level: 'warning',
    why: 'whoever sends it makes errors, and what breaks may one day let in',
    mend: 'take what cannot be read for no credential, and answer 401',
    help: `${RFC}/rfc9110.html#section-11.6.2`,
  },
  'refuses-with-200': {
    title: 'A refusal that says that all is well',
    level: 'warning',
    why: 'caches and search engines keep a 200, and scripts take it for the page',
    mend: 'answer 401 or 403',
    help: `${RFC}/rfc9110.html#section-15.5.2`,
  },
  'not-answered': {
    title: 'Some requests got no answer',
    level: 'warning',
    why: 'what they would have got is not known',
    mend: 'check again; where it is always the same ones, look into the log of the site',
    help: `${RFC}/rfc9110.html#section-15.6`,
  },
  'public-by-custom': {
    title: 'Files that are public by custom are open',
    level: 'note',
    why: 'robots.txt, icons and .well-known are asked by programs that have no credential; they tell little',
    mend: 'nothing, if that is meant: `--allow` says so',
    help: `${RFC}/rfc8615.html`,
  },
} as const satisfies Record<string, Rule>
