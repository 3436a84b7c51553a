import type { NextApiHandler } from 'next'
import { readMe } from '@/lib/dal'

/**
 * Who is signed in. An API route of the Pages Router knows no errors with a status, so this
 * one asks for nobody and answers 401 itself.
 */
const handler: NextApiHandler = async (request, response) => {
  const me = await readMe(request.headers)
  response.setHeader('Cache-Control', 'private, no-store')
  if (me) response.json(me)
  else response.status(401).json({ error: 'nobody is signed in' })
}

export default handler
