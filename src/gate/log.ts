/** The gate's log: one JSON line an event. */

/** What may be said. Never a secret, a field value, or a query, which may hold one. */
export interface LogEntry {
  event: string
  reason?: string
  status?: number
  user?: string
  path?: string
}

export function log(level: 'info' | 'error', entry: LogEntry): void {
  console[level](JSON.stringify({ source: 'stagedoor', ...entry }))
}
