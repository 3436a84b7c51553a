import { products } from '@/lib/products'

export const dynamic = 'force-dynamic'

export const GET = () =>
  Response.json({
    products: products.map(({ slug, name, department, weekly }) => ({
      slug,
      name,
      department,
      weekly,
    })),
  })
