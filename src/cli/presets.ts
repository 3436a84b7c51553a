/** Presets: rules that many sites need, by name. Written out as plain rules, so the policy shows them. */
import { CliError, EXIT } from './errors.ts'
import { nearNames } from './near.ts'

/**
 * No more than each purpose needs: reading is `GET,HEAD`, because a POST to a public page can
 * run any of the app's server actions. None opens `/_next`.
 */
export const PRESETS: Readonly<Record<string, readonly string[]>> = {
  // Calls of payment, CMS and other services.
  webhooks: ['POST /api/webhooks/**', 'POST /api/webhook/**'],
  // The web app manifest, which browsers fetch without credentials.
  manifest: read('/manifest.webmanifest', '/manifest.json', '/site.webmanifest'),
  // Certificates, app links, security.txt (RFC 8615).
  'well-known': read('/.well-known/**'),
  robots: read('/robots.txt'),
  // Probes of load balancers and monitors.
  health: read('/api/health', '/api/healthz', '/health', '/healthz'),
  // CORS preflights, which never carry credentials.
  preflight: ['OPTIONS /api/**'],
  // Icons that browsers and phones ask for by themselves.
  assets: read(
    ...['/favicon.ico', '/icon', '/icon.*', '/apple-icon', '/apple-icon.*'],
    ...['/apple-touch-icon.png', '/apple-touch-icon-*.png'],
  ),
}

function read(...patterns: string[]): string[] {
  return patterns.map((pattern) => `GET,HEAD ${pattern}`)
}

/** Rules of presets, from `--preset robots,health`. @throws {CliError} for a name that is none */
export function presetRules(lists: string[]): string[] {
  return lists
    .flatMap((list) => list.split(','))
    .flatMap((name) => {
      if (Object.hasOwn(PRESETS, name)) return PRESETS[name] ?? []
      const near = nearNames(name, Object.keys(PRESETS))
      throw new CliError(`there is no preset '${name}'`, {
        hint:
          near.length > 0
            ? `did you mean ${near.join(' or ')}?`
            : `there are ${Object.keys(PRESETS).join(', ')}`,
        exitCode: EXIT.misused,
      })
    })
}

/** One line a preset, for help. */
export function presetHelp(): string {
  const width = Math.max(...Object.keys(PRESETS).map((name) => name.length))
  return Object.entries(PRESETS)
    .map(([name, rules]) => `  ${name.padEnd(width)}  ${shortRules(rules)}`)
    .join('\n')
}

/** `GET,HEAD /a /b`: the method once. */
function shortRules(rules: readonly string[]): string {
  const [method] = (rules[0] as string).split(' ')
  return `${method} ${rules.map((rule) => rule.split(' ')[1]).join(' ')}`
}
