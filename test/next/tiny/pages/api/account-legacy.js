import { currentUser } from '../../lib/stagedoor'

export default async function handler(request, response) {
  const user = await currentUser(request.headers)
  if (!user) return response.status(401).send('nobody is signed in')
  response.json({ marker: 'BACKSTAGE-account-legacy', user })
}
