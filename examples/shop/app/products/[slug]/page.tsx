import type { Metadata } from 'next'
import { draftMode } from 'next/headers'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { addToCart } from '@/app/cart/actions'
import { ProductCard, ProductPicture } from '@/components/ProductCard'
import { Page } from '@/components/Shell'
import { Tape } from '@/components/Tape'
import { findProduct, pounds, products } from '@/lib/products'

export const revalidate = 60
// What is not in the catalogue gets the 404 page whole, also without scripts.
export const dynamicParams = false

interface Props {
  params: Promise<{ slug: string }>
}

export const generateStaticParams = () => products.map(({ slug }) => ({ slug }))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const product = findProduct((await params).slug)
  return product ? { title: product.name, description: product.line } : {}
}

export default async function ProductPage({ params }: Props) {
  const product = findProduct((await params).slug)
  if (!product) notFound()
  const draft = (await draftMode()).isEnabled
  const others = products.filter(
    ({ slug, department }) => slug !== product.slug && department !== product.department,
  )
  const from = products.indexOf(product) % others.length
  const related = [...others, ...others].slice(from, from + 3)

  return (
    <Page name="product">
      {draft && (
        <p className="notice" data-draft="on">
          Draft mode is on: you see this page as the workshop does.{' '}
          <a href="/api/draft/off">Turn it off</a>
        </p>
      )}
      <div className="product">
        <ProductPicture product={product} first sizes="(max-width: 56rem) 92vw, 40rem" />
        <div>
          <Tape department={product.department} />
          <h1>{product.name}</h1>
          <p className="lead">{product.line}</p>
          <p>{product.story}</p>
          <form action={addToCart} className="buy">
            <input type="hidden" name="slug" value={product.slug} />
            <p className="price big">
              {pounds(product.weekly)}
              <small> a week</small>
            </p>
            <button className="button" type="submit">
              Add to cart
            </button>
          </form>
          <dl className="facts">
            {Object.entries(product.facts).map(([term, value]) => (
              <div key={term}>
                <dt>{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <p className="muted">
            Bay {product.bay}. <Link href="/stock">See what is in today</Link>. Prices checked at{' '}
            <time data-rendered-at={Date.now()}>{new Date().toISOString().slice(11, 16)} UTC</time>.
          </p>
        </div>
      </div>
      <section className="department">
        <h2>Often on the same van</h2>
        <div className="grid">
          {related.map((other) => (
            <ProductCard key={other.slug} product={other} />
          ))}
        </div>
      </section>
    </Page>
  )
}
