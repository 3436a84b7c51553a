/**
 * How big what people copy may be: bytes of the file, minified by esbuild and packed by gzip, as
 * `npm run test:package` measures it. Lower a number when the file has become smaller.
 */
export const LIMITS = {
  'middleware.ts': 12_500,
  'server.ts': 1_850,
}
