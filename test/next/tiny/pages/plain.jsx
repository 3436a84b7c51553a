export const getServerSideProps = () => ({ props: { marker: 'BACKSTAGE-plain-props' } })

/** Directly under the root. */
export default function Plain({ marker }) {
  return <main>BACKSTAGE-plain {marker}</main>
}
