import { headers } from 'next/headers'
import { currentUser } from '../../lib/stagedoor'

/** Asks next to the data, in the way that every Next.js knows. */
export default async function Account() {
  const user = await currentUser(headers())
  return <main>{user ? `BACKSTAGE-account ${user.userId}` : 'nobody is signed in'}</main>
}
