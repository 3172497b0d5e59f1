/** Who may say what about a run that waits, and how far it is. Pure. */
import { type Actor, actorKey } from '../chat/invocation.ts'
import type { ApprovalNeed, Care } from '../command/care.ts'
import type { ApprovalRow, VoteRow } from '../db/approvals.ts'
import { heldBy } from '../policy/ask.ts'
import type { Subject } from '../policy/request.ts'

/** The asker has this long to look at what would run, and say yes. Milliseconds. */
export const CONFIRM_MS = 120_000

/** More open questions of one person than others can look at; each one stands in a room. */
export const OPEN_MAX = 10

/**
 * Who somebody is, whatever account he uses: a user of Pawl, or an administrator whom the deployment names. Null for anybody else:
 * nobody can say that he is not another account of somebody.
 */
export function personOf({ user, administrator }: Subject, actor: Actor): string | null {
  if (user !== null) return `user:${user.id}`
  return administrator ? actorKey(actor) : null
}

/** What was to come before the start. */
export function careOf({ care }: Pick<ApprovalRow, 'care'>): Care {
  return JSON.parse(care) as Care
}

/** As much of a vote as counts. */
export type CountedVote = Pick<VoteRow, 'person' | 'vote' | 'permissions'>

/** A need and the people who have agreed. */
export interface Standing {
  readonly need: ApprovalNeed
  readonly given: number
}

/** How far the needs are met: a person counts once for each need whose permission he held when he agreed. */
export function standingOf({ approvals }: Care, votes: readonly CountedVote[]): readonly Standing[] {
  return approvals.map((need) => {
    const people = votes.filter(
      ({ vote, permissions }) => vote === 'approve' && (JSON.parse(permissions) as string[]).includes(need.permission),
    )
    return { need, given: new Set(people.map(({ person }) => person)).size }
  })
}

export function isMet(standing: readonly Standing[]): boolean {
  return standing.every(({ need, given }) => given >= need.count)
}

/** The permissions of a care that somebody holds. */
export function heldOf({ approvals }: Care, subject: Subject): string[] {
  const held = heldBy(subject)
  return approvals.map(({ permission }) => permission).filter((permission) => held?.has(permission) ?? true)
}

/** How long those who approve have: the shortest time of all needs. Milliseconds. */
export function approvalMs({ approvals }: Care): number {
  return Math.min(...approvals.map(({ expiresMs }) => expiresMs))
}
