import type { MetadataRoute } from 'next'
import { products } from '@/lib/products'
import { siteUrl } from '@/lib/site'

export default function sitemap(): MetadataRoute.Sitemap {
  const paths = ['', '/products', '/pricing', '/stock', '/about']
  return [...paths, ...products.map(({ slug }) => `/products/${slug}`)].map((path) => ({
    url: siteUrl + path,
  }))
}
