'use client'

import Link from 'next/link'
import { useEffect, useState } from 'react'

interface Answer {
  bearer: boolean
  results: { slug: string; name: string; line: string }[]
}

/**
 * Asks the shop’s own API with the shop’s own bearer token, as many apps do, and says
 * whether that token arrived: a gate in front must leave it alone. What lets the request
 * through that gate is the cookie of the visitor’s session.
 */
export function SearchResults({ query }: { query: string }) {
  const [answer, setAnswer] = useState<Answer | 'failed'>()

  useEffect(() => {
    const gone = new AbortController()
    fetch(`/api/search?q=${encodeURIComponent(query)}`, {
      headers: { authorization: 'Bearer demo-app-token' },
      signal: gone.signal,
    })
      .then((response) => (response.ok ? response.json() : Promise.reject(response)))
      .then(setAnswer)
      .catch(() => gone.signal.aborted || setAnswer('failed'))
    return () => gone.abort()
  }, [query])

  if (answer === 'failed') {
    return (
      <p role="alert" data-search="failed">
        The catalogue did not answer. Try the search again.
      </p>
    )
  }
  return (
    <div aria-live="polite" data-search={answer ? 'done' : 'waiting'} data-bearer={answer?.bearer}>
      {!answer ? (
        <p className="muted">Looking along the shelves…</p>
      ) : (
        <>
          <h2>
            {answer.results.length === 0
              ? `Nothing called “${query}”. Try lamps, rope or storm.`
              : `${answer.results.length} for “${query}”`}
          </h2>
          <ul className="found">
            {answer.results.map(({ slug, name, line }) => (
              <li key={slug}>
                <Link href={`/products/${slug}`}>{name}</Link>
                <span className="muted">{line}</span>
              </li>
            ))}
          </ul>
          <p className="muted small">
            {answer.bearer
              ? 'The API saw this page’s own bearer token.'
              : 'The API did not see this page’s own bearer token.'}
          </p>
        </>
      )}
    </div>
  )
}
