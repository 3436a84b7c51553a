/**
 * The one proxy or middleware of the app: which subject it is says `BENCH_SUBJECT`, when the
 * server starts, so that all of them run in one and the same build.
 */
import { create as createForwarding } from './subjects/forwarding.mjs'
import { create as createHono } from './subjects/hono-basic-auth.mjs'
import { create as createNextjs } from './subjects/nextjs-basic-auth-middleware.mjs'
import { create as createNoOp } from './subjects/no-op.mjs'
import { create as createSnippet } from './subjects/snippet.mjs'
import { create as createStagedoor } from './subjects/stagedoor.mjs'

const SUBJECTS = {
  forwarding: createForwarding,
  'hono-basic-auth': createHono,
  'nextjs-basic-auth-middleware': createNextjs,
  'no-op': createNoOp,
  snippet: createSnippet,
  stagedoor: createStagedoor,
}

export default SUBJECTS[process.env.BENCH_SUBJECT ?? 'no-op']()
