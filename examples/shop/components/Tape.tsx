import type { Department } from '@/lib/products'

/** A department, on a strip of its own colour of spike tape. */
export function Tape({ department }: { department: Department }) {
  return <span className={`tape ${department.toLowerCase()}`}>{department}</span>
}

/** The cross that marks where an actor stands. */
export function Cross() {
  return (
    <svg className="cross" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M5.6 2.5 29.4 26l-3.2 3.5L2.6 6z" />
      <path d="m26 2.6 3.4 3.2L6 29.4l-3.4-3.3z" />
    </svg>
  )
}
