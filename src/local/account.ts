/** Who owns what at the local API: a person with a plan, and the teams they are in. */
import { Refusal } from './refusal.ts'

export type Plan = 'hobby' | 'pro' | 'enterprise'

export interface Team {
  id: string
  slug: string
  name: string
  plan: Plan
  /** `on`: what is new for production and preview is a Secret. */
  sensitiveEnvironmentVariablePolicy: 'on' | 'off' | 'default' | null
  /** `on`: a Secret of production is kept apart from, and unlike, that of other environments. */
  disjunctiveProductionSecretPolicy: 'on' | 'off' | 'default' | null
}

export interface User {
  id: string
  username: string
  email: string
  plan: Plan
}

export function newTeam(given: Partial<Team> = {}): Team {
  return {
    id: 'team_local',
    slug: 'local',
    name: 'Local',
    plan: 'pro',
    sensitiveEnvironmentVariablePolicy: null,
    disjunctiveProductionSecretPolicy: null,
    ...given,
  }
}

/** Who asks: the person, or one of the teams. */
export interface Scope {
  id: string
  slug: string
  plan: Plan
  team: Team | undefined
}

/** What a plan has: https://vercel.com/docs/global-config/global-config-limits (2026-07-29). */
export function limitsOf(plan: Plan): { stores: number; writes: number } {
  const none = Number.POSITIVE_INFINITY
  return plan === 'hobby' ? { stores: 1, writes: 250 } : { stores: none, writes: none }
}

export function userBody(user: User, since: number): unknown {
  return {
    user: {
      id: user.id,
      username: user.username,
      email: user.email,
      name: user.username,
      avatar: null,
      billing: null,
      createdAt: since,
      defaultTeamId: null,
      hasTrialAvailable: false,
      resourceConfig: {},
      softBlock: null,
      stagingPrefix: 'local',
    },
  }
}

export function teamBody(team: Team, user: User, since: number): { [name: string]: unknown } {
  return {
    id: team.id,
    slug: team.slug,
    name: team.name,
    avatar: null,
    billing: { plan: team.plan },
    createdAt: since,
    updatedAt: since,
    creatorId: user.id,
    description: null,
    stagingPrefix: 'local',
    membership: { confirmed: true, created: since, createdAt: since, role: 'OWNER' },
    sensitiveEnvironmentVariablePolicy: team.sensitiveEnvironmentVariablePolicy,
    disjunctiveProductionSecretPolicy: team.disjunctiveProductionSecretPolicy,
  }
}

/** An answer in pages that has only one. */
export function onePage(count: number): unknown {
  return { count, next: null, prev: null }
}

/** What a plan does not have. */
export function planned(has: boolean, message: string): void {
  // 402 by the SDK's lists of statuses; code and words are not confirmed.
  if (!has) throw new Refusal(402, 'payment_required', message)
}
