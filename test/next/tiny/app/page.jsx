export default function Home() {
  return <main>BACKSTAGE-home</main>
}
