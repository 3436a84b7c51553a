/** How often a law is tried: ten times as often with `SLOW=1`. */
export function runs(numRuns: number): { numRuns: number } {
  return { numRuns: process.env.SLOW ? numRuns * 10 : numRuns }
}

/** Without surrogates that stand alone, which no UTF-8 has: `toWellFormed` of ES2024. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}
