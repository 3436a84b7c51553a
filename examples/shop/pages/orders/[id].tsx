import type { GetServerSideProps } from 'next'
import Head from 'next/head'
import { Page } from '@/components/Shell'
import { findOrder } from '@/lib/order-book'
import { type Order, steps } from '@/lib/orders'

export const getServerSideProps: GetServerSideProps<{ order: Order }> = async ({ params }) => {
  const order = findOrder(String(params?.id))
  return order ? { props: { order } } : { notFound: true }
}

export default function OrderPage({ order }: { order: Order }) {
  return (
    <Page name="order">
      <Head>
        <title>{`Hire ${order.id} · Stage Left`}</title>
      </Head>
      <h1>Hire {order.id}</h1>
      <p className="lead">
        {order.show}, for {order.house}.
      </p>
      <ol className="track">
        {steps.map((step, index) => (
          <li
            key={step}
            className={index < order.done ? 'done' : undefined}
            aria-current={index === order.done - 1 ? 'step' : undefined}
          >
            {step}
          </li>
        ))}
      </ol>
      <h2>In the cases</h2>
      <ul className="found">
        {order.items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </Page>
  )
}
