/** SARIF 2.1.0, as far as it can be told without its schema: test/slow/sarif has that. */
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { found } from '../../src/cli/check/answers/make-finding.ts'
import { Unreachable } from '../../src/cli/check/examined.ts'
import { ANSWER_RULES } from '../../src/cli/check/report/answer-rules.ts'
import { LEAK_RULES } from '../../src/cli/check/report/leak-rules.ts'
import { RULES } from '../../src/cli/check/report/rules.ts'
import { artifactUri, reportSarif } from '../../src/cli/check/report/sarif.ts'
import { entered, examined, exchange, refusal, WELL } from './check-support.ts'

// biome-ignore lint/suspicious/noExplicitAny: it is compared, whatever it is
const sarif = (given: Parameters<typeof examined>[1] = {}): any =>
  JSON.parse(JSON.stringify(reportSarif(examined([exchange('refused')], given), '1.2.3')))

describe('a document', () => {
  test('says what looked, at what, and when', () => {
    const document = sarif()
    expect(document.version).toBe('2.1.0')
    expect(document.runs).toHaveLength(1)
    const [{ tool, invocations, originalUriBaseIds, results, automationDetails }] = document.runs
    expect(tool.driver).toMatchObject({ name: 'stagedoor', semanticVersion: '1.2.3' })
    expect(invocations).toEqual([
      {
        executionSuccessful: true,
        startTimeUtc: '2030-01-01T00:00:00.000Z',
        endTimeUtc: '2030-01-01T00:00:01.500Z',
      },
    ])
    expect(originalUriBaseIds.SITE.uri).toBe('https://staging.example.com/')
    expect(automationDetails.id).toBe(
      'stagedoor/check/staging.example.com/2030-01-01T00:00:00.000Z',
    )
    expect(results).toEqual([])
  })

  test('says that it found out nothing, and why', () => {
    const hindrance = new Unreachable('nobody listens there')
    const [{ invocations, results }] = sarif({ exchanges: [], hindrance }).runs
    expect(invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: 'error', message: { text: 'Not known: nobody listens there.' } },
      ],
    })
    expect(results).toEqual([])
  })

  test('has every rule, with where it is written', () => {
    const { rules } = sarif().runs[0].tool.driver
    // biome-ignore lint/suspicious/noExplicitAny: as above
    expect(rules.map(({ id }: any) => id)).toEqual(Object.keys(RULES))
    for (const {
      helpUri,
      shortDescription,
      fullDescription,
      help,
      defaultConfiguration,
    } of rules) {
      expect(URL.canParse(helpUri)).toBe(true)
      expect(['error', 'warning', 'note']).toContain(defaultConfiguration.level)
      for (const { text } of [shortDescription, fullDescription, help]) {
        expect(text).toMatch(/^[^a-z].*[.!?]$/s)
      }
    }
  })

  test('has each finding, at the path that shows it', () => {
    const evidence = exchange('open', { status: 200, target: '/a/b?c=d', kind: 'data' })
    const finding = found('cache-answers-first', 'a cache serves it', { by: [evidence, evidence] })
    const { results, tool } = sarif({ findings: [{ ...finding, kind: 'data' }] }).runs[0]
    expect(results).toHaveLength(1)
    expect(results[0]).toMatchObject({
      ruleId: 'cache-answers-first',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'a/b', uriBaseId: 'SITE' },
            region: { startLine: 1 },
          },
        },
      ],
      occurrenceCount: 2,
      webRequest: { method: 'GET', target: '/a/b?c=d' },
      webResponse: { statusCode: 200 },
    })
    expect(tool.driver.rules[results[0].ruleIndex].id).toBe('cache-answers-first')
    expect(results[0].message.text).toMatch(
      /^A cache serves it\. .* To mend it: .* It shows with: curl -i /,
    )
  })

  test('knows a finding again in the next run', () => {
    const at = (target: string, kind?: string) => {
      const finding = found('plain-http', 'http', { by: [refusal(WELL, { target })] })
      const { results } = sarif({ findings: [{ ...finding, ...(kind && { kind }) }] }).runs[0]
      return results[0].partialFingerprints['stagedoor/v1']
    }
    expect(at('/a')).toBe(at('/b'))
    expect(at('/a')).not.toBe(at('/a', 'data'))
  })

  test('has a rule that is not of the list, as its finding has it', () => {
    const finding = { rule: 'new', level: 'note' as const, what: 'x', why: 'y', mend: 'z' }
    const { results, tool } = sarif({ findings: [finding] }).runs[0]
    expect(tool.driver.rules[results[0].ruleIndex]).toMatchObject({ id: 'new' })
    expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('.')
  })

  test('has no secret, and nothing that steers a terminal', () => {
    const by = [
      entered([
        ['Set-Cookie', 's=SECRET'],
        ['X', 'a\x1Bb'],
        ['x', 'c'],
        ['X', 'd'],
      ]),
    ]
    const text = JSON.stringify(sarif({ findings: [found('cache-hit', 'a \x1B[2J', { by })] }))
    expect(text).not.toContain('SECRET')
    expect(text).toContain('A \\\\u001b[2J')
    expect(text).toContain('"X":"a\\\\u001bb, d"')
  })
})

describe('the path of a target as a relative reference', () => {
  test.each([
    ['/', '.'],
    ['/a/b.js?x#y', 'a/b.js'],
    ['//evil.example.com/a', 'evil.example.com/a'],
    ['/\\a', 'a'],
    ['https://staging.example.com/a', 'a'],
    ['/a:b/c:d', 'a%3Ab/c:d'],
    ['/a b"<>^`{|}\\', 'a%20b%22%3C%3E%5E%60%7B%7C%7D%5C'],
    ['/%', '%25'],
    ['/%zz%2f', '%25zz%2f'],
    ['/\xE9\x00', '%E9%00'],
    ['/a…', 'a%E2%80%A6'],
    ['*', '*'],
    ['', '.'],
  ])('%j', (target, uri) => {
    expect(artifactUri(target)).toBe(uri)
    expect(new URL(uri, 'https://staging.example.com/').host).toBe('staging.example.com')
  })
})

describe('docs/check.md', () => {
  const page = fs.readFileSync(new URL('../../docs/check.md', import.meta.url), 'utf8')

  test('has every rule, in the words of the program, and no other', () => {
    const rows = [
      ...Object.entries(LEAK_RULES).map(([id, { title, level, help, mend }]) => {
        const is = level === 'leak' ? '' : ` (a ${level})`
        return `| \`${id}\` | [${title}](${help})${is} | ${mend} |`
      }),
      ...Object.entries(ANSWER_RULES).map(([id, { level, why, help, mend }]) => {
        return `| \`${id}\` | [${level}](${help}) | ${why} | ${mend} |`
      }),
    ]
    const told = page.split('\n').filter((line) => /^\| `[a-z0-9-]+` \|/.test(line))
    expect(told).toEqual(rows)
  })
})
