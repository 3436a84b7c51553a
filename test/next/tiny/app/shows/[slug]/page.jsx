export const dynamic = 'force-dynamic'

export default async function Show({ params }) {
  return <main>{`BACKSTAGE-show-${(await params).slug}`}</main>
}
