import Link from 'next/link'
import { Page } from '@/components/Shell'

/**
 * For nobody: the 401 of `unauthorized()`, and of `requireUser` in a page. Behind the gate few
 * see it; without it, under `next dev` say, everybody is nobody.
 */
export default function Unauthorized() {
  return (
    <Page name="unauthorized">
      <h1>Who’s there?</h1>
      <p className="lead">
        Nay, answer me: nobody is signed in, and this page is for the crew. The{' '}
        <Link href="/products">catalogue</Link> is for everybody.
      </p>
    </Page>
  )
}
