/** Either artefact of the gate: src/gate/index.ts or middleware.ts. vitest.config.ts says which. */
declare module '#gate' {
  type Public = typeof import('../../src/gate/index.ts')
  export const createGate: Public['createGate']
  const gate: Public['default']
  export default gate
}
