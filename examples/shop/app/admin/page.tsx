import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { Page } from '@/components/Shell'
import { readOrders } from '@/lib/dal'
import { steps } from '@/lib/orders'
import { pounds } from '@/lib/products'
import { requireRole } from '@/lib/stagedoor'
import { moveOn } from './actions'

export const metadata: Metadata = { title: 'Order desk' }

/**
 * For the role `admin`. Asked before anything else, and with no `loading.tsx` above: once
 * something has been sent, so has the status, and a refusal would be a 200.
 */
export default async function OrderDesk() {
  const sent = await headers()
  const { userId } = await requireRole(sent, 'admin')
  const orders = await readOrders(sent)

  return (
    <Page name="admin">
      <h1>Order desk</h1>
      <p className="lead">
        Evening, {userId}. Tick a step off when it is done, not when somebody says it is.
      </p>
      <ul className="desk">
        {orders.map(({ id, house, show, items, done, contact, fee }) => (
          <li key={id} data-order={id} data-done={done}>
            <div className="desk-what">
              <h2>
                <Link href={`/orders/${id}`} prefetch={false}>
                  {id}
                </Link>{' '}
                {show}
              </h2>
              <p>{house}</p>
              <p className="muted">
                {items.join(', ')}. {pounds(fee)}.
              </p>
              <p className="muted">
                {contact.name},{' '}
                <a href={`tel:${contact.telephone.replaceAll(' ', '')}`}>{contact.telephone}</a>
              </p>
            </div>
            <ol className="ticks" aria-label="Steps">
              {steps.map((step, index) => (
                <li key={step} className={index < done ? 'done' : undefined}>
                  {step}
                  {index < done && <span className="unseen">, done</span>}
                </li>
              ))}
            </ol>
            {done < steps.length ? (
              <form action={moveOn}>
                <input type="hidden" name="id" value={id} />
                <button className="button" type="submit">
                  Next: {steps[done]}
                  <span className="unseen">, for hire {id}</span>
                </button>
              </form>
            ) : (
              <p className="muted">All done.</p>
            )}
          </li>
        ))}
      </ul>
    </Page>
  )
}
