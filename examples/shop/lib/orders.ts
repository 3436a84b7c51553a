export const steps = ['Picked', 'Packed', 'On the van', 'At your stage door'] as const

export interface Order {
  id: string
  house: string
  show: string
  items: string[]
  /** How many of `steps` are done. */
  done: number
}

const orders: Order[] = [
  {
    id: '2041',
    house: 'The Corn Exchange, Penbury',
    show: 'Hamlet',
    items: ['Yorick', 'Crown, slightly dented', 'Ghost light'],
    done: 3,
  },
  {
    id: '2042',
    house: 'Saltmarsh Players',
    show: 'The Tempest',
    items: ['Thunder sheet', 'Hemp line, 30 m'],
    done: 1,
  },
]

export const findOrder = (id: string) => orders.find((order) => order.id === id)
