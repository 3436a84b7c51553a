import type { NextRequest } from 'next/server'
import { searchProducts } from '@/lib/products'

/**
 * Finds products, and reports what arrived in `Authorization`: `bearer` is true for the
 * token that the search page sends; `scheme` is the auth-scheme, never the credentials.
 */
export function GET(request: NextRequest) {
  const authorization = request.headers.get('authorization')
  const query = request.nextUrl.searchParams.get('q')?.slice(0, 100) ?? ''
  return Response.json({
    query,
    bearer: authorization === 'Bearer demo-app-token',
    scheme: authorization?.split(' ', 1)[0]?.toLowerCase() ?? null,
    results: searchProducts(query).map(({ slug, name, line }) => ({ slug, name, line })),
  })
}
