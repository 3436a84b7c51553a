export default function Members() {
  return <main>BACKSTAGE-members</main>
}
