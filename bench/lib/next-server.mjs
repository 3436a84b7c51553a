/** What subjects take from `next/server`: the parts that the bundler of Next.js leaves in. */
export { NextRequest } from 'next/dist/esm/server/web/spec-extension/request.js'
export { NextResponse } from 'next/dist/esm/server/web/spec-extension/response.js'
