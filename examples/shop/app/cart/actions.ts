'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { CART_COOKIE, changeLine, formatCart, MOST, parseCart } from '@/lib/cart'
import { findProduct } from '@/lib/products'

async function change(form: FormData, by: number) {
  const product = findProduct(String(form.get('slug')))
  if (!product) return
  const jar = await cookies()
  const lines = changeLine(parseCart(jar.get(CART_COOKIE)?.value), product, by)
  jar.set(CART_COOKIE, formatCart(lines), { httpOnly: true, sameSite: 'lax', path: '/' })
}

export async function addToCart(form: FormData) {
  await change(form, 1)
  redirect('/cart')
}

export const oneMore = async (form: FormData) => change(form, 1)
export const oneFewer = async (form: FormData) => change(form, -1)
export const removeLine = async (form: FormData) => change(form, -MOST)

/** Nothing is sold here: the cart is emptied and somebody else’s order is shown. */
export async function sendList() {
  ;(await cookies()).delete(CART_COOKIE)
  redirect('/orders/2042')
}
