/** Which tests are run for the mutants of which file. */

/** Below test/gate or test/store: those that know a file of src/gate best. */
const NEAR = {
  address: ['gate/addresses'],
  admit: ['gate/beside', 'gate/through', 'gate/withheld', 'gate/identity'],
  answer: ['gate/answers', 'gate/pages', 'gate/told', 'gate/sign-in'],
  bytes: ['gate/credentials', 'gate/tokens', 'gate/verifiers'],
  circumstances: [
    'gate/direct/limits',
    'gate/switch',
    'gate/addresses',
    'gate/sign-in',
    'gate/machines',
  ],
  cookies: ['gate/left-alone', 'gate/sessions', 'gate/links', 'gate/withheld'],
  credentials: ['gate/credentials'],
  decide: [
    'gate/left-alone',
    'gate/beside',
    'gate/withheld',
    'gate/policy',
    'gate/sign-in',
    'gate/answers',
    'gate/links',
    'gate/machines',
    'gate/told',
    'gate/sessions',
    'gate/addresses',
  ],
  environment: [
    'gate/switch',
    'gate/policy',
    'gate/pages',
    'gate/addresses',
    'store/store',
    'store/hostile',
  ],
  facts: ['gate/machines', 'gate/links', 'gate/addresses', 'gate/told'],
  fields: ['gate/through', 'gate/withheld'],
  gate: [
    'gate/direct/limits',
    'gate/sign-in',
    'gate/policy',
    'gate/through',
    'gate/told',
    'gate/answers',
    'gate/switch',
    'gate/verify',
    'store/store',
  ],
  holder: [
    'gate/claims',
    'gate/tokens',
    'gate/sessions',
    'gate/links',
    'gate/machines',
    'gate/identity',
    'gate/verify',
    'gate/direct/limits',
  ],
  keep: ['gate/left-alone', 'gate/links', 'gate/machines', 'gate/sessions', 'gate/withheld'],
  log: ['gate/answers', 'gate/switch'],
  pass: ['server/server', 'gate/tokens', 'gate/direct/limits', 'gate/sessions'],
  policy: ['gate/direct/policy', 'gate/policy', 'gate/users'],
  rules: ['gate/direct/rules', 'gate/paths'],
  'sign-in': ['gate/pages', 'gate/sign-in', 'gate/sessions'],
  source: ['store/fresh', 'store/store', 'store/hostile', 'gate/sessions', 'gate/policy'],
  switch: ['gate/switch'],
  target: [
    'gate/left-alone',
    'gate/told',
    'gate/withheld',
    'gate/paths',
    'gate/through',
    'gate/links',
  ],
  untrusted: ['store/errors', 'store/hostile', 'gate/verify'],
  users: ['gate/verifiers', 'gate/users'],
  verifier: ['gate/direct/policy', 'gate/users'],
  verify: ['gate/verify', 'gate/direct/limits'],
}

const ALL = ['test/gate/**/*.test.ts', 'test/server/**/*.test.ts']
// Their waiting for time-outs would be most of the time of a run.
const STORE = 'test/store/**/*.test.ts'

/** Tests to start with, and all that there are. */
export function testsNear(name) {
  const near = NEAR[name] ?? ['gate/answers']
  const usesStore = near.some((test) => test.startsWith('store/'))
  return {
    near: near.map((test) => `test/${test}.test.ts`),
    all: usesStore ? [...ALL, STORE] : ALL,
  }
}
