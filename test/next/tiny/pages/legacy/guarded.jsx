import { currentUser } from '../../lib/stagedoor'

export async function getServerSideProps({ req }) {
  const user = await currentUser(req.headers)
  return { props: { marker: user ? 'BACKSTAGE-guarded-props' : 'nobody is signed in' } }
}

export default function Guarded({ marker }) {
  return <main>{marker}</main>
}
