import Link from 'next/link'
import { Page } from '@/components/Shell'

/** For somebody who may not: the 403 of `forbidden()`, and of `requireRole` in a page. */
export default function Forbidden() {
  return (
    <Page name="forbidden">
      <h1>Crew only past this point</h1>
      <p className="lead">
        You are signed in, but not as somebody on the call sheet for this. Go back to the{' '}
        <Link href="/">front of house</Link>, or{' '}
        {/* The gate answers it, not the app; and a <Link> would be fetched in advance. */}
        <a href="/.stagedoor/sign-out">sign out</a> and come in as somebody who is.
      </p>
    </Page>
  )
}
