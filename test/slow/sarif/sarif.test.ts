/** `check --sarif` against the schema of SARIF 2.1.0, and against the rules of a validator beside it. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../../src/cli/check/finding.ts'
import { RULES } from '../../../src/cli/check/report/rules.ts'
import { reportSarif } from '../../../src/cli/check/report/sarif.ts'
import { examined, exchange } from '../../cli/check-support.ts'
import { run } from '../../cli/run.ts'
import { install, requireInstalled, SCHEMA, VALIDATOR } from './install.ts'

type Validate = ((document: unknown) => boolean) & { errors?: unknown }

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stagedoor-sarif-'))
let validate: Validate

beforeAll(async () => {
  await install()
  const { default: Ajv } = requireInstalled('ajv/dist/2020.js')
  const { default: addFormats } = requireInstalled('ajv-formats')
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats(ajv)
  validate = ajv.compile(JSON.parse(fs.readFileSync(SCHEMA, 'utf8').replace(/^\uFEFF/, '')))
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

/** What the validator has against documents, by their names. It takes long to start: once for all. */
async function validatorFaults(documents: Record<string, unknown>): Promise<string[]> {
  const files = Object.entries(documents).map(([name, document]) => {
    const file = path.join(scratch, `${name}.sarif`)
    fs.writeFileSync(file, JSON.stringify(document))
    return file
  })
  const { stdout } = await promisify(execFile)(
    VALIDATOR,
    ['validate', ...files, '--rule-kind', 'Sarif;Ghas', '--level', 'Error;Warning'],
    // Without ICU, which a small system has not.
    { env: { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' } },
  )
  expect(stdout).toContain(`Done. ${files.length} files scanned.`)
  expect(stdout).toContain('Analysis completed successfully')
  return stdout.split('\n').filter((line) => /: (?:error|warning) /.test(line))
}

const TARGETS = [
  ...['/', '//x/y', '/a b', '/%zz', '/\xE9\x00\x1B', '/a:b', '*', 'https://x.example.org/a?b#c'],
  ...['/\\..\\a', '/[a]{b}|^`"<>', '/a/../../b', ''],
]

/** One of each rule, with what a hostile site would have in it. */
const FINDINGS: Finding[] = Object.entries(RULES).map(([rule, { level, why, mend }], i) => ({
  ...{ rule, level, why, mend, count: i + 1 },
  what: 'a \x1B[2J\u202E\u0000 text {0} [link](1) % "',
  ...(i % 2 === 0 && { kind: 'page' }),
  evidence:
    i % 5 === 4
      ? { asked: exchange('failed').asked, answer: { failure: 'closed' } }
      : exchange('open', {
          status: 200,
          target: TARGETS[i % TARGETS.length] ?? '/',
          fields: [['X\x00', '\xE9']],
          answers: [
            ['Set-Cookie', 'a=b'],
            ['set-cookie', 'c'],
          ],
        }),
}))

const bare: Finding = { rule: 'new-rule', level: 'note', what: 'a', why: 'b', mend: 'c' }

/** As it is printed: what is not JSON has gone. */
const report = (findings: Finding[]) =>
  JSON.parse(JSON.stringify(reportSarif(examined([], { findings }), '1.2.3-rc.1')))

/** One as it must not be. */
function broken() {
  const document = report(FINDINGS.slice(0, 2))
  const [first, second] = document.runs[0].results
  first.locations[0].physicalLocation.artifactLocation.uri = '/a b'
  second.bogus = true
  return document
}

test('the schema has nothing against a report of every rule, of a hostile site', () => {
  for (const document of [report([]), report([...FINDINGS, bare])]) {
    expect([validate(document), validate.errors]).toEqual([true, null])
  }
  expect(validate(broken())).toBe(false)
})

test('nor against a real run, of a site that leaks', async () => {
  const document = await leakyRun()
  const rules = document.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)
  expect(rules).toContain('middleware-subrequest')
  expect(rules).toContain('challenge-basic')
  expect([validate(document), validate.errors]).toEqual([true, null])
})

// It is built for this system and processor alone.
test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'nor has the validator, which sees what is wrong',
  async () => {
    const well = { none: report([]), all: report([...FINDINGS, bare]), real: await leakyRun() }
    const found = await validatorFaults({ ...well, broken: broken() })
    expect(found.filter((line) => !line.includes('broken.sarif'))).toEqual([])
    expect(found.join()).toContain('error SARIF1004')
    expect(found.join()).toContain("does not define a property 'bogus'")
  },
)

// biome-ignore lint/suspicious/noExplicitAny: it is validated, whatever it is
async function leakyRun(): Promise<any> {
  const server = http.createServer(({ url, headers }, response) => {
    const isIn = headers['x-middleware-subrequest'] !== undefined
    const fields = { 'Content-Type': 'text/html', 'WWW-Authenticate': 'Basic' }
    response.writeHead(isIn ? 200 : 401, fields)
    response.end(isIn ? `<script src="/_next/static/a.js"></script>${url}` : 'no')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const { code, stdout } = await run(scratch, ['check', `http://127.0.0.1:${port}`, '--sarif'])
    expect(code).toBe(3)
    return JSON.parse(stdout)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
