/** The command line of `npm run demo`, as far as it starts nothing. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const DEMO = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url))

// What is left of `npm run demo --port 4704`: npm takes the option for its own.
test.each([
  [['4704'], '--port 4704'],
  [['page'], '--sign-in page'],
  [['--sign-in', 'page', '4704'], '--port 4704'],
  [['x'], '--port 4000'],
])('the demo says of %j how to write it', (args, meant) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, ...args])
  expect({ status, stdout: String(stdout), stderr: String(stderr) }).toEqual({
    status: 2,
    stdout: '',
    stderr:
      `demo: error: unexpected argument '${args.at(-1)}'\n` +
      `demo: hint: write \`npm run demo -- ${meant}\`\n`,
  })
})
