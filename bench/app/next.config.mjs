/** `BENCH_ROOT` is the folder whose node_modules holds Next.js. */
export default {
  turbopack: { root: process.env.BENCH_ROOT },
  outputFileTracingRoot: process.env.BENCH_ROOT,
}
