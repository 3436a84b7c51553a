/** As small as it can be: the versions with known faults are built one after the other. */
const { LOCALES, OUTPUT, ROOT } = process.env
const locales = (LOCALES ?? '').split(',').filter(Boolean)

export default {
  // The large fixture is checked.
  typescript: { ignoreBuildErrors: true },
  ...(locales.length > 0 && { i18n: { locales, defaultLocale: locales[0] } }),
  ...(OUTPUT === 'export' && { output: OUTPUT }),
  ...(process.env.OLD
    ? { experimental: { outputFileTracingRoot: ROOT } }
    : { outputFileTracingRoot: ROOT, turbopack: { root: ROOT } }),
}
