/** The log: one JSON line an event. */

/** Logs an event as a JSON line. Never a secret, a field value, or a query, which may hold one. */
export function log(level: 'info' | 'error', event: string, details: object = {}): void {
  console[level](JSON.stringify({ source: 'stagedoor', event, ...details }))
}
