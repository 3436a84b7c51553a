/** The gate, with users of its own none: the API that knows them is asked. */
import { createGate } from './stagedoor'

/** What the API answers of somebody whom it knows. */
interface Account {
  roles: string[]
}

/**
 * Asks the API. Whatever is thrown here, because the API is down, slow or broken, becomes a 503:
 * nobody is let in on a guess.
 */
async function verify(userId: string, password: string): Promise<Account | null> {
  const response = await fetch(`${process.env.BACKEND_URL}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId, password }),
    cache: 'no-store',
    // Another host must not get the password.
    redirect: 'error',
    // Milliseconds. The gate itself waits for 5 s, but would leave the request open.
    signal: AbortSignal.timeout(4000),
  })
  if (response.status === 401) return null
  if (!response.ok) throw new Error(`the API answered ${response.status}`)
  const { roles }: Account = await response.json()
  return { roles }
}

export default createGate({ verify, policy: { version: 1 } })
