/** Set up for each file of tests: modules are evaluated once for many, and their hooks with them. */
import { afterAll } from 'vitest'
import { removeApps } from './init-support.ts'
import { removeFolders } from './run.ts'

afterAll(() => {
  removeApps()
  removeFolders()
})
