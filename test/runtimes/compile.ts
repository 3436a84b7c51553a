/** Compiling the drop-in alone, as it stands in an app of any strictness. */

export const DROP_INS = ['middleware.ts', 'server.ts']

/** The strictest and the loosest flags that an app may have. */
export const FLAGS = {
  strictest: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    allowUnreachableCode: false,
    allowUnusedLabels: false,
    isolatedModules: true,
    verbatimModuleSyntax: true,
    forceConsistentCasingInFileNames: true,
    skipLibCheck: true,
  },
  loosest: { strict: false, skipLibCheck: true },
  // What `create-next-app` writes.
  next: {
    strict: true,
    allowJs: true,
    skipLibCheck: true,
    esModuleInterop: true,
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: 'preserve',
    incremental: false,
  },
}

/** A project of the two drop-ins. `types: []` because an app may have no @types at all. */
export function projectOf(flags: object) {
  return {
    compilerOptions: {
      target: 'ES2017',
      module: 'ESNext',
      moduleResolution: 'Bundler',
      lib: ['ES2022', 'DOM', 'DOM.Iterable'],
      types: [],
      noEmit: true,
      ...flags,
    },
    files: DROP_INS,
  }
}
