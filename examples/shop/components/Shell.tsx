import Link from 'next/link'
import type { ReactNode } from 'react'
import { Nav } from './Nav'
import { SignedIn } from './SignedIn'
import { Cross } from './Tape'

/** What both routers put round every page. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <div className="wrap top-row">
          <Link className="brand" href="/">
            <Cross />
            Stage Left
          </Link>
          <Nav />
        </div>
      </header>
      {children}
      <footer className="foot">
        <div className="wrap foot-row">
          <div>
            <p className="foot-mark">Stage Left</p>
            <p>
              The Old Paint Frame, Cooper’s Yard, Penbury.
              <br />
              Stage door is round the back. Ring twice.
            </p>
          </div>
          <nav aria-label="More">
            <ul>
              <li>
                <Link className="foot-link" href="/about">
                  About us
                </Link>
              </li>
              <li>
                <Link className="foot-link" href="/stock">
                  In the store room
                </Link>
              </li>
              <li>
                <Link className="foot-link" href="/orders/2041">
                  Follow a hire
                </Link>
              </li>
            </ul>
          </nav>
          <p className="foot-note">
            An invented shop: the example app of Stagedoor. Nothing here is for sale, which is a
            pity about the skull.
          </p>
        </div>
        <SignedIn />
      </footer>
    </>
  )
}

/** A page’s `main`. `name` is what tests look for to know that it really rendered. */
export function Page({
  name,
  className,
  children,
}: {
  name: string
  className?: string
  children: ReactNode
}) {
  return (
    <main id="content" data-page={name} className={className ?? 'wrap page'}>
      {children}
    </main>
  )
}
