/**
 * The order book, in memory: a real shop has a database here. Nothing in this file asks who
 * wants to know; pages and routes that have something to hide come by way of `dal.ts`.
 */
import { type DeskOrder, type Order, steps } from './orders'

const written: DeskOrder[] = [
  {
    id: '2041',
    house: 'The Corn Exchange, Penbury',
    show: 'Hamlet',
    items: ['Yorick', 'Crown, slightly dented', 'Ghost light'],
    done: 3,
    contact: { name: 'Ophelia Marsh', telephone: '01632 960 141' },
    fee: 168,
    placedBy: 'corn-exchange',
  },
  {
    id: '2042',
    house: 'Saltmarsh Players',
    show: 'The Tempest',
    items: ['Thunder sheet', 'Hemp line, 30 m'],
    done: 1,
    contact: { name: 'Miranda Quill', telephone: '01632 960 187' },
    fee: 92,
    placedBy: 'saltmarsh',
  },
  {
    id: '2043',
    house: 'Little Theatre, Upper Wick',
    show: 'Blithe Spirit',
    items: ['Ghost light', 'House tabs'],
    done: 0,
    contact: { name: 'Edith Crane', telephone: '01632 960 113' },
    fee: 246,
    placedBy: 'upper-wick',
  },
]

// Both routers have a copy of this module each; the book is one.
const shared = globalThis as { orderBook?: DeskOrder[] }
shared.orderBook ??= written
const book = shared.orderBook

/** All that the desk knows. */
export const deskOrders = (): readonly DeskOrder[] => book

/** What whoever has the number may know. Picked by name: a new field is hidden until it is listed. */
export function findOrder(wanted: string): Order | undefined {
  const found = book.find(({ id }) => id === wanted)
  if (!found) return undefined
  const { id, house, show, items, done } = found
  return { id, house, show, items, done }
}

/** Ticks off the next step; there is none after the last. */
export function tickOff(wanted: string): void {
  const order = book.find(({ id }) => id === wanted)
  if (order) order.done = Math.min(order.done + 1, steps.length)
}
