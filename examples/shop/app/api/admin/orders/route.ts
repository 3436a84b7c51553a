import { readOrders } from '@/lib/dal'

/** For the role `admin`. What `readOrders` throws, Next.js answers with its status, 401 or 403. */
export const GET = async (request: Request) =>
  Response.json({ orders: await readOrders(request.headers) })
