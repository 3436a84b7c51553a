/** https://github.com/labd/nextjs-basic-auth-middleware: compares plain text in constant time. */
import { createNextAuthMiddleware } from 'nextjs-basic-auth-middleware'
import { PASSWORD, USER_ID } from './credentials.mjs'

/** @param {string[]} others user-ids beside the one that is asked for, which is the last */
export const create = ({ others = [] } = {}) =>
  createNextAuthMiddleware({
    users: [...others, USER_ID].map((name) => ({ name, password: PASSWORD })),
  })
