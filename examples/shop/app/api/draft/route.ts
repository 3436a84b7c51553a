import { createHash, timingSafeEqual } from 'node:crypto'
import { draftMode } from 'next/headers'
import { redirect } from 'next/navigation'
import type { NextRequest } from 'next/server'
import { findProduct } from '@/lib/products'

// Digests have one length, whatever was sent; timingSafeEqual throws on two.
const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * `/api/draft?secret=…&slug=…` turns draft mode on and shows that product. Refuses when
 * DRAFT_SECRET is unset or empty, and never redirects to anywhere but a product.
 */
export async function GET(request: NextRequest) {
  const { searchParams } = request.nextUrl
  const wanted = process.env.DRAFT_SECRET
  const given = searchParams.get('secret') ?? ''
  if (!wanted || !timingSafeEqual(digest(given), digest(wanted))) {
    return Response.json({ error: 'wrong secret, or DRAFT_SECRET is not set' }, { status: 403 })
  }
  const product = findProduct(searchParams.get('slug') ?? 'ghost-light')
  if (!product) return Response.json({ error: 'no such product' }, { status: 404 })
  ;(await draftMode()).enable()
  redirect(`/products/${product.slug}`)
}
