import { currentUser } from '../../../lib/stagedoor'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  const user = await currentUser(request.headers)
  if (!user) return new Response('nobody is signed in', { status: 401 })
  return Response.json({ marker: 'BACKSTAGE-account', user })
}
