import type { Metadata } from 'next'
import Link from 'next/link'
import { Page } from '@/components/Shell'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <Page name="not-found">
      <h1>This page missed its entrance</h1>
      <p className="lead">
        It is not at this address. Try the <Link href="/products">catalogue</Link> or{' '}
        <Link href="/search">search</Link>.
      </p>
    </Page>
  )
}
