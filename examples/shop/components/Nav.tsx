'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

const places = [
  ['/products', 'Catalogue'],
  ['/pricing', 'Hire rates'],
  ['/search', 'Search'],
  ['/cart', 'Cart'],
] as const

export function Nav() {
  const here = usePathname()
  return (
    <nav aria-label="Main" className="nav">
      <ul>
        {places.map(([href, label]) => (
          <li key={href}>
            <Link href={href} aria-current={here?.startsWith(href) ? 'page' : undefined}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
