import { headers } from 'next/headers'
import { currentUser } from '../../../lib/stagedoor'

/** As the other, and asks for itself who may see more than what is open. */
export default async function Guarded({ params }) {
  const { slug } = await params
  const user = await currentUser(headers())
  const mayEnter = slug === 'open' || user
  return <main>{mayEnter ? `BACKSTAGE-guarded-${slug}` : 'nobody is signed in'}</main>
}
