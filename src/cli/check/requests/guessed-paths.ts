/** Paths that are asked for without having been seen: many apps have them, every one, or none. */

/** Paths that no app has. */
export function nowhere(random: string): string[] {
  return [`/stagedoor-check-${random}`, `/stagedoor-check/${random}/page`]
}

// Of builds with webpack, whose names have no digest.
export const CHUNKS = ['/_next/static/chunks/main.js', '/_next/static/chunks/webpack.js']

// File conventions of Next.js (https://nextjs.org/docs/app/api-reference/file-conventions/metadata).
export const METADATA = [
  ...['/sitemap.xml', '/manifest.webmanifest', '/manifest.json', '/icon.png', '/icon.svg'],
  ...['/apple-icon.png', '/opengraph-image.png', '/opengraph-image', '/twitter-image.png'],
]
/** What crawlers and browsers ask every site for; open, it tells little (RFC 9309, RFC 8615). */
export const CUSTOM = ['/robots.txt', '/favicon.ico', '/.well-known/security.txt']

export const APIS = ['/api', '/api/health', '/api/hello', '/api/auth/session', '/api/graphql']

// What Next.js answers by itself, while it develops above all.
export const INTERNAL = [
  ...['/_next', '/_next/static', '/_next/image', '/_next/webpack-hmr', '/_next/mcp'],
  ...['/__nextjs_original-stack-frame', '/__nextjs_font/geist-latin.woff2'],
  '/_next/static/development/_devPagesManifest.json',
]

// What a server shows that was pointed at the wrong folder.
export const HIDDEN = [
  ...['/.env', '/.env.local', '/.git/HEAD', '/.git/config', '/.next/BUILD_ID'],
  ...['/package.json', '/.vercel/project.json', '/_next/server/middleware-manifest.json'],
]

/** Whether a path is one that every site is asked for. */
export function isCustom(path: string, base: string): boolean {
  const inside = path.startsWith(base) ? path.slice(base.length) : path
  return CUSTOM.includes(inside) || inside.startsWith('/.well-known/')
}

export function isMetadata(path: string, base: string): boolean {
  return METADATA.includes(path.slice(base.length))
}
