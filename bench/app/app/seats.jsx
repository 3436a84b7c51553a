'use client'
import { useState } from 'react'

/** Something for the browser to run, so that there is a chunk to ask for. */
export function Seats() {
  const [seats, setSeats] = useState(1)
  return (
    <button type="button" onClick={() => setSeats(seats + 1)}>
      {seats}
    </button>
  )
}
