'use server'

import { revalidatePath } from 'next/cache'
import { headers } from 'next/headers'
import { moveOrder } from '@/lib/dal'

/**
 * An action is an endpoint of its own: whoever knows its id can post to it without ever having
 * seen the page. So it is not the page's check that counts here, but that of `moveOrder`.
 */
export async function moveOn(form: FormData) {
  await moveOrder(await headers(), String(form.get('id')))
  revalidatePath('/admin')
}
