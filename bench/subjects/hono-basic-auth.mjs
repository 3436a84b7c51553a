/** https://hono.dev/docs/middleware/builtin/basic-auth: compares digests of plain text in constant time. */
import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { NextResponse } from 'next/server'
import { PASSWORD, USER_ID } from './credentials.mjs'

/** @param {string[]} others user-ids beside the one that is asked for, which is the last */
export const create = ({ others = [] } = {}) => {
  const [first, ...rest] = [...others, USER_ID].map((username) => ({
    username,
    password: PASSWORD,
  }))
  const app = new Hono()
  app.use('*', basicAuth(first, ...rest))
  app.all('*', () => NextResponse.next())
  return (request) => app.fetch(request)
}
