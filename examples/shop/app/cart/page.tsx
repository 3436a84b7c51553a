import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Image from 'next/image'
import Link from 'next/link'
import { Page } from '@/components/Shell'
import { CART_COOKIE, cartCount, cartTotal, parseCart } from '@/lib/cart'
import { pounds } from '@/lib/products'
import { oneFewer, oneMore, removeLine, sendList } from './actions'

export const metadata: Metadata = { title: 'Cart' }

export default async function Cart() {
  const lines = parseCart((await cookies()).get(CART_COOKIE)?.value)
  const count = cartCount(lines)

  return (
    <Page name="cart">
      <h1>Cart</h1>
      {count === 0 ? (
        <p className="lead" data-cart-count="0">
          Nothing on the trolley yet. <Link href="/products">Start with the catalogue</Link>.
        </p>
      ) : (
        <>
          <p className="lead" data-cart-count={count}>
            {count === 1 ? 'One thing' : `${count} things`} on the trolley.
          </p>
          <ul className="lines">
            {lines.map(({ product, quantity }) => (
              <li key={product.slug}>
                <Image src={product.image} alt="" width={1200} height={900} sizes="8rem" />
                <div className="line-name">
                  <Link href={`/products/${product.slug}`}>{product.name}</Link>
                  <span className="muted">{pounds(product.weekly)} a week</span>
                </div>
                <form className="stepper">
                  <input type="hidden" name="slug" value={product.slug} />
                  <button
                    type="submit"
                    formAction={oneFewer}
                    aria-label={`One ${product.name} fewer`}
                  >
                    −
                  </button>
                  <output aria-label={`How many: ${product.name}`}>{quantity}</output>
                  <button
                    type="submit"
                    formAction={oneMore}
                    aria-label={`One more ${product.name}`}
                  >
                    +
                  </button>
                  <button
                    type="submit"
                    className="remove"
                    formAction={removeLine}
                    aria-label={`Remove ${product.name}`}
                  >
                    Remove
                  </button>
                </form>
                <p className="price">{pounds(product.weekly * quantity)}</p>
              </li>
            ))}
          </ul>
          <form action={sendList} className="total">
            <p className="price big">
              {pounds(cartTotal(lines))}
              <small> for one week</small>
            </p>
            <button className="button" type="submit">
              Send the list
            </button>
          </form>
        </>
      )}
    </Page>
  )
}
