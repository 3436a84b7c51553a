import { findProduct, type Product } from './products'

export const CART_COOKIE = 'cart'
/** More than anybody can carry; keeps the cookie and the sums small. */
export const MOST = 99

export interface Line {
  product: Product
  quantity: number
}

/** Reads `ghost-light.2~crown.1`; what is not in the shop is dropped. */
export function parseCart(value: string | undefined): Line[] {
  const lines = new Map<string, Line>()
  for (const part of (value ?? '').split('~')) {
    const [slug = '', count = ''] = part.split('.')
    const product = findProduct(slug)
    const quantity = Math.min(Number.parseInt(count, 10), MOST)
    if (product && quantity > 0) lines.set(slug, { product, quantity })
  }
  return [...lines.values()]
}

export const formatCart = (lines: Line[]) =>
  lines.map(({ product, quantity }) => `${product.slug}.${quantity}`).join('~')

/** The cart with `change` more (or fewer) of one product; none left takes the line out. */
export function changeLine(lines: Line[], product: Product, change: number): Line[] {
  const held = lines.find((line) => line.product.slug === product.slug)
  const quantity = Math.min((held?.quantity ?? 0) + change, MOST)
  const line = { product, quantity }
  const next = held ? lines.map((old) => (old === held ? line : old)) : [...lines, line]
  return next.filter(({ quantity }) => quantity > 0)
}

export const cartCount = (lines: Line[]) => lines.reduce((sum, { quantity }) => sum + quantity, 0)

export const cartTotal = (lines: Line[]) =>
  lines.reduce((sum, { product, quantity }) => sum + product.weekly * quantity, 0)
