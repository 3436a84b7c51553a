import type { Metadata } from 'next'
import Link from 'next/link'
import { connection } from 'next/server'
import { Suspense } from 'react'
import { Page } from '@/components/Shell'
import { Tape } from '@/components/Tape'
import { products } from '@/lib/products'

export const metadata: Metadata = { title: 'In the store room' }

/** Slow on purpose, so that the page streams: the shelves arrive after the rest. */
async function Shelves() {
  await connection()
  await new Promise((resolve) => setTimeout(resolve, 300))
  return (
    <table className="rates" data-stock="counted">
      <thead>
        <tr>
          <th scope="col">Bay</th>
          <th scope="col">What</th>
          <th scope="col" className="wide-only">
            Department
          </th>
          <th scope="col" className="number">
            In
          </th>
        </tr>
      </thead>
      <tbody>
        {products.map(({ slug, bay, name, department, stock }) => (
          <tr key={slug}>
            <td className="cue">{bay}</td>
            <th scope="row">
              <Link href={`/products/${slug}`}>{name}</Link>
            </th>
            <td className="wide-only">
              <Tape department={department} />
            </td>
            <td className="number">{stock === 1 ? 'Last one' : stock}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export default function Stock() {
  return (
    <Page name="stock">
      <h1>In the store room</h1>
      <p className="lead">Counted when you ask, by somebody with a torch.</p>
      <Suspense
        fallback={
          <p className="waiting" data-stock="counting">
            Counting the shelves…
          </p>
        }
      >
        <Shelves />
      </Suspense>
    </Page>
  )
}
