import { Seats } from './seats.jsx'

const PLAYS = ['Hamlet', 'Macbeth', 'The Tempest', 'Twelfth Night', 'King Lear']

/** A page that the build has rendered: the least that Next.js does for a request. */
export default function Page() {
  return (
    <main>
      <h1>Tonight</h1>
      <ul>
        {PLAYS.map((play) => (
          <li key={play}>
            {play} <Seats />
          </li>
        ))}
      </ul>
    </main>
  )
}
