/** Calling what is not ours: a store's client, a backend. It may hang, or throw anything. */
import { PolicyError } from './policy.ts'

/** Waits for work that long at most. @throws {DOMException} `TimeoutError` */
export function inTime<T>(work: T | Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DOMException('', 'TimeoutError'))
    const timer = setTimeout(late, milliseconds)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** An error, for the log. Of others' its name and code: a message may quote a connection string. */
export function nameError(error: unknown): string {
  if (error instanceof PolicyError) return error.message
  const { name, code: own, cause } = Object(error) as { [key: string]: unknown }
  const { code = own } = Object(cause) as { code?: unknown }
  const known = typeof name === 'string' && name ? name : typeof error
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? `${known} ${code}` : known
}
