'use client'

import Link from 'next/link'
import { useEffect, useState } from 'react'
import type { Me } from '@/lib/dal'

/**
 * Who is signed in, where somebody is. Asked by a script: a page that read the request's
 * headers to say so would be rendered for each visitor anew, and none here would be static.
 */
export function SignedIn() {
  const [me, setMe] = useState<Me>()

  useEffect(() => {
    const gone = new AbortController()
    fetch('/api/me', { signal: gone.signal })
      .then((response) => (response.ok ? response.json() : undefined))
      .then(setMe)
      .catch(() => {
        // The line is left out, and nothing else is missing.
      })
    return () => gone.abort()
  }, [])

  if (!me) return null
  return (
    <p className="wrap signed-in" data-user={me.userId}>
      <span>
        Signed in as <strong>{me.userId}</strong>
      </span>
      {me.roles.includes('admin') && <Link href="/admin">Order desk</Link>}
      {/* The gate answers it, not the app; and a <Link> would be fetched in advance. */}
      <a href="/.stagedoor/sign-out">Sign out</a>
    </p>
  )
}
