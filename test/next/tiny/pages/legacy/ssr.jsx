export const getServerSideProps = () => ({ props: { marker: 'BACKSTAGE-ssr-props' } })

export default function Ssr({ marker }) {
  return <main>BACKSTAGE-ssr {marker}</main>
}
