import Image from 'next/image'
import Link from 'next/link'
import { type Product, pounds } from '@/lib/products'
import { Tape } from './Tape'

export function ProductPicture({
  product,
  sizes,
  first,
}: {
  product: Product
  sizes: string
  /** Above the fold: fetched at once. */
  first?: boolean
}) {
  return (
    <div className={`spiked ${product.department.toLowerCase()}`}>
      <Image
        src={product.image}
        alt={product.alt}
        width={1200}
        height={900}
        sizes={sizes}
        loading={first ? 'eager' : 'lazy'}
        fetchPriority={first ? 'high' : 'auto'}
      />
    </div>
  )
}

export function ProductCard({ product, first }: { product: Product; first?: boolean }) {
  return (
    <article className="card">
      <ProductPicture
        product={product}
        first={first}
        sizes="(max-width: 40rem) 92vw, (max-width: 64rem) 46vw, 22rem"
      />
      <div className="card-head">
        <h3>
          <Link className="card-link" href={`/products/${product.slug}`}>
            {product.name}
          </Link>
        </h3>
        <p className="price">
          {pounds(product.weekly)}
          <small> a week</small>
        </p>
      </div>
      <p className="muted">{product.line}</p>
      <Tape department={product.department} />
    </article>
  )
}
