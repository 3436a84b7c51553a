export default function CallBoard() {
  return (
    <main>
      <h1>Call board</h1>
      <p>Half-hour call at 18:55. Sign in at the stage door.</p>
    </main>
  )
}
