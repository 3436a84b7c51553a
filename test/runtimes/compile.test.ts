/**
 * The drop-in compiles alone, in the strictest app, without @types. In looser ones, and with
 * other versions of TypeScript: test/slow/compile-matrix.test.ts.
 */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { DROP_INS, FLAGS, projectOf } from './compile.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('the drop-ins compile alone with the strictest flags', { timeout: 30_000 }, () => {
  const project = projectOf(FLAGS.strictest)
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(project, ts.sys, root)
  const program = ts.createProgram(fileNames, options)
  const found = [...errors, ...ts.getPreEmitDiagnostics(program)].map((diagnostic) => {
    const { file, start = 0, messageText } = diagnostic
    const line = file && file.getLineAndCharacterOfPosition(start).line + 1
    return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
  expect({ fileNames, found }).toEqual({
    fileNames: DROP_INS.map((name) => root + name),
    found: [],
  })
})
