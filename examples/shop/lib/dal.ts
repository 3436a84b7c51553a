/**
 * The data access layer: the one way to what not everybody may see.
 *
 * Its functions take the header fields of a request and never a user. Who asks is read here,
 * from the field that the gate has signed, so no page, action or route can be mistaken about
 * it, or forget to ask.
 */
import 'server-only'
import { deskOrders, tickOff } from './order-book'
import type { DeskOrder } from './orders'
import { currentUser, type HeaderFields, requireRole } from './stagedoor'

export interface Me {
  userId: string
  roles: readonly string[]
  /** Numbers of the hires that are theirs to follow: for the desk, all of them. */
  hires: string[]
}

/** Who asks; `null` for nobody. */
export async function readMe(headers: HeaderFields): Promise<Me | null> {
  const user = await currentUser(headers)
  if (!user) return null
  const { userId, roles } = user
  const theirs = deskOrders().filter(
    ({ placedBy }) => placedBy === userId || roles.includes('admin'),
  )
  return { userId, roles, hires: theirs.map(({ id }) => id) }
}

/**
 * All orders, with whom to ring about them.
 *
 * @throws {AccessError} for whoever is not at the order desk
 */
export async function readOrders(headers: HeaderFields): Promise<readonly DeskOrder[]> {
  await requireRole(headers, 'admin')
  return deskOrders()
}

/**
 * Moves an order one step on.
 *
 * @throws {AccessError} for whoever is not at the order desk
 */
export async function moveOrder(headers: HeaderFields, id: string): Promise<void> {
  await requireRole(headers, 'admin')
  tickOff(id)
}
