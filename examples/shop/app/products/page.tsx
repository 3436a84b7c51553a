import type { Metadata } from 'next'
import { ProductCard } from '@/components/ProductCard'
import { Page } from '@/components/Shell'
import { departments, products } from '@/lib/products'

export const metadata: Metadata = {
  title: 'Catalogue',
  description: 'Everything in the store room, by department.',
}

export default function Catalogue() {
  return (
    <Page name="products">
      <h1>Catalogue</h1>
      <p className="lead">
        Everything we keep, by department. Prices are for one week of hire; a second week costs
        half.
      </p>
      <nav aria-label="Departments" className="departments">
        {departments.map((name) => (
          <a key={name} className={`tape ${name.toLowerCase()}`} href={`#${name.toLowerCase()}`}>
            {name}
          </a>
        ))}
      </nav>
      {departments.map((name, index) => (
        <section key={name} id={name.toLowerCase()} className="shelf">
          <h2>{name}</h2>
          <div className="grid">
            {products
              .filter(({ department }) => department === name)
              .map((product) => (
                <ProductCard key={product.slug} product={product} first={index === 0} />
              ))}
          </div>
        </section>
      ))}
    </Page>
  )
}
