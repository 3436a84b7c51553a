/** `status --json`: one document, of the same form whatever was asked and answered. */
import { standsBefore } from '../vercel/project-settings.ts'
import type { Row } from './in-force.ts'
import { shownOf, storeOf } from './in-force.ts'
import type { OnVercel } from './on-vercel.ts'
import type { Report } from './report.ts'
import { type StoreState, storeHeld, storeName } from './stores.ts'
import { isOnVercel } from './subject.ts'
import { isNoAnswer, type NoAnswer } from './way.ts'

export function reportJson(report: Report): unknown {
  const { gate, machine, rows, policies, stores, differences, ending } = report
  const here = rows.filter(({ subject }) => !isOnVercel(subject))
  const of = <T>(pick: (row: Row) => T) => here.map(pick)
  return {
    gate: gate && { file: gate.file, wired: gate.wired },
    runs: here.map(runJson),
    policies,
    sources: machine?.sources ?? [],
    secrets: of(({ subject }) => subject.secret),
    signIn: of(({ subject }) => subject.signIn),
    addresses: of(({ subject }) => subject.addresses),
    vercel: vercelJson(report),
    stores: stores.map((store) => storeJson(store, rows, stores)),
    differences,
    ending,
  }
}

function runJson({ subject, gated, state, because, held }: Row) {
  const { run, environment } = subject
  const policy = held?.from ?? null
  return { run, gated, environment, state, ...(because !== null && { because }), policy }
}

function vercelJson({ project, vercel, rows }: Report): unknown {
  if (vercel === null) return null
  const linked = project && { id: project.projectId, from: project.from }
  const none = { environments: [], systemVariables: null, protection: null, deployments: null }
  if (isNoAnswer(vercel)) return { project: linked, ...noAnswerJson(vercel), ...none }
  return {
    project: linked && { ...linked, name: vercel.name },
    asked: true,
    fault: null,
    environments: rows.filter(({ subject }) => isOnVercel(subject)).map(environmentJson),
    systemVariables: vercel.exposesSystem,
    protection: protectionJson(vercel),
    deployments: vercel.deployments,
  }
}

function noAnswerJson({ asked, error }: NoAnswer) {
  return { asked, fault: error.message }
}

function environmentJson(row: Row): unknown {
  const { subject, behind } = row
  const { branch = null, connected, secret, signIn, addresses } = subject
  return {
    ...runJson(row),
    branch,
    behind: behind?.from ?? null,
    store: connected && { id: connected.store?.storeId ?? null, by: connected.by },
    secret: secret.state,
    signIn: { page: signIn.page },
    addresses: { header: addresses.header },
  }
}

function protectionJson({ protection }: OnVercel): unknown {
  const { sso, password, environments } = protection
  const before = environments.map((environment) => ({
    environment,
    sso: standsBefore(sso, environment),
    password: standsBefore(password, environment),
  }))
  return { sso, password, before }
}

function storeJson(store: StoreState, rows: Row[], stores: StoreState[]): unknown {
  const { id, slug, key, noAnswer } = store
  const held = storeHeld(store)
  const readers = rows.filter((row) => row.store === store)
  const connected = rows.filter(({ subject }) => storeOf(subject, stores) === store)
  const runs = (chosen: Row[]) => chosen.map(({ subject }) => subject.run)
  return {
    id,
    slug,
    key,
    name: storeName(store),
    ...(noAnswer ? noAnswerJson(noAnswer) : { asked: true, fault: null }),
    policy: held?.kind === 'policy' ? shownOf(held) : null,
    connected: runs(connected),
    readers: runs(readers),
  }
}
