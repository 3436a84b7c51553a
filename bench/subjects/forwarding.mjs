/**
 * A peer that hides the credentials from the app, as the gate does: the way that Next.js documents
 * for changed headers.
 */
import { NextResponse } from 'next/server'
import { create as createPeer } from './nextjs-basic-auth-middleware.mjs'

export const create = () => {
  const peer = createPeer()
  return (request) => {
    const response = peer(request)
    if (response.status !== 200) return response
    const headers = new Headers(request.headers)
    headers.delete('authorization')
    return NextResponse.next({ request: { headers } })
  }
}
