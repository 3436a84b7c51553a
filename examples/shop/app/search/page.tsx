import type { Metadata } from 'next'
import { Page } from '@/components/Shell'
import { SearchResults } from './SearchResults'

export const metadata: Metadata = { title: 'Search' }

interface Props {
  searchParams: Promise<{ q?: string | string[] }>
}

export default async function Search({ searchParams }: Props) {
  const { q } = await searchParams
  const query = (Array.isArray(q) ? q[0] : q)?.slice(0, 100) ?? ''

  return (
    <Page name="search">
      <h1>Search</h1>
      <search>
        <form action="/search" className="search">
          <label htmlFor="q">What does the scene need?</label>
          <div className="row">
            <input
              id="q"
              name="q"
              type="search"
              defaultValue={query}
              placeholder="lamps, rope, storm"
            />
            <button className="button" type="submit">
              Search
            </button>
          </div>
        </form>
      </search>
      {query && <SearchResults query={query} key={query} />}
    </Page>
  )
}
