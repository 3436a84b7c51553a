export const steps = ['Picked', 'Packed', 'On the van', 'At your stage door'] as const

/** What whoever follows a hire may know of it. */
export interface Order {
  id: string
  house: string
  show: string
  items: string[]
  /** How many of `steps` are done. */
  done: number
}

/** What the order desk knows as well. */
export interface DeskOrder extends Order {
  contact: { name: string; telephone: string }
  /** Pounds for the whole hire. */
  fee: number
  /** The user-id it was placed under. */
  placedBy: string
}
