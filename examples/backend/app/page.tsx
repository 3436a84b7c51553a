import { headers } from 'next/headers'
import { requireUser } from '@/lib/stagedoor-server'

export default async function PromptDesk() {
  const { userId, roles } = await requireUser(await headers())

  return (
    <main data-page="desk">
      <h1>Beginners, please, {userId}</h1>
      <p>The API let you in, and says what you are tonight:</p>
      <ul>
        {roles.map((role) => (
          <li key={role}>{role}</li>
        ))}
      </ul>
      {roles.includes('stage-manager') ? (
        <p data-cue>You call the show. Cue 1 is the house lights, at half.</p>
      ) : (
        <p>The cues are with the stage manager.</p>
      )}
      <p>
        {/* The gate answers it, not the app. */}
        <a href="/.stagedoor/sign-out">Sign out</a>
      </p>
    </main>
  )
}
