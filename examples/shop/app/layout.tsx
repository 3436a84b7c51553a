import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Shell } from '@/components/Shell'
import { siteUrl } from '@/lib/site'
import './globals.css'

export const metadata: Metadata = {
  metadataBase: new URL(siteUrl),
  title: { default: 'Stage Left: props and stage goods for hire', template: '%s · Stage Left' },
  description: 'Lamps, ropes, drapes, props and weather, for hire by the week.',
}

export const viewport: Viewport = {
  themeColor: '#14161a',
  colorScheme: 'light dark',
}

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Shell>{children}</Shell>
      </body>
    </html>
  )
}
