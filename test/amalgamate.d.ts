declare module '*/amalgamate.mjs' {
  export function amalgamate(entry: string): string
}
