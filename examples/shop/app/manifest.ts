import type { MetadataRoute } from 'next'

export default function manifest(): MetadataRoute.Manifest {
  return {
    name: 'Stage Left',
    short_name: 'Stage Left',
    description: 'Props and stage goods for hire.',
    start_url: '/',
    display: 'browser',
    background_color: '#14161a',
    theme_color: '#14161a',
    icons: [{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' }],
  }
}
