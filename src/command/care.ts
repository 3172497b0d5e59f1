/** What a careful team wants before a command starts: a word from whoever asked, the approval of somebody else. Pure. */

/** One permission whose holders must agree. */
export interface ApprovalNeed {
  readonly permission: string
  /** How many different people. */
  readonly count: number
  /** How long they have, in milliseconds. */
  readonly expiresMs: number
  /** Whether the asker must say why. */
  readonly reason: boolean
}

/** The asker must see what would run, and say yes. */
export interface Confirmation {
  /** What has to be typed; null: a button is enough. */
  readonly word: string | null
}

export interface Care {
  readonly confirmation: Confirmation | null
  /** Sorted by permission, each once. */
  readonly approvals: readonly ApprovalNeed[]
}

/** Nothing but a decision is needed. */
export const NO_CARE: Care = { confirmation: null, approvals: [] }

/** Why what stands behind a pipe cannot wait for somebody's word; goes on after "may not run …". */
export const BECAUSE_UNSEEN =
  'it needs a confirmation or an approval, and what comes through the pipe is nothing that those who agree have seen: put it first in the line, with its arguments written out'

/** How long an approval may take unless a module says otherwise: a time-out is a refusal. */
export const APPROVAL_MS = 15 * 60_000

/** More people than this are never found in time. */
export const APPROVERS_MAX = 5

/** True when somebody must be asked before it starts. */
export function needsCare({ confirmation, approvals }: Care): boolean {
  return confirmation !== null || approvals.length > 0
}

/**
 * What comes first, as it goes on after "may": empty when nothing does.
 *
 * @example afterCare(care) // 'after confirming it, and after approval by 2 with deploy:approve'
 */
export function afterCare({ confirmation, approvals }: Care): string {
  const parts = approvals.map(({ permission, count }) => `after approval by ${count} with ${permission}`)
  return [...(confirmation === null ? [] : ['after confirming it']), ...parts].join(', and ')
}

/** True when `more` asks for everything that `less` asks for, and of as many people. */
export function includesCare(more: Care, less: Care): boolean {
  const has = (need: ApprovalNeed) =>
    more.approvals.some(({ permission, count }) => permission === need.permission && count >= need.count)
  return (less.confirmation === null || more.confirmation !== null) && less.approvals.every(has)
}

/**
 * All of several: every word has to be typed, and of two needs for one permission the stricter counts: more people, less time.
 *
 * @example joinCare([moduleCare, ruleCare])
 */
export function joinCare(cares: readonly Care[]): Care {
  const confirmations = cares.flatMap(({ confirmation }) => (confirmation === null ? [] : [confirmation]))
  const words = [...new Set(confirmations.flatMap(({ word }) => (word === null ? [] : [word])))]
  const needs = new Map<string, ApprovalNeed>()
  for (const need of cares.flatMap(({ approvals }) => approvals)) {
    const known = needs.get(need.permission)
    needs.set(need.permission, known === undefined ? need : stricter(known, need))
  }
  return {
    confirmation: confirmations.length === 0 ? null : { word: words.length === 0 ? null : words.join(' ') },
    approvals: [...needs.values()].sort((a, b) => (a.permission < b.permission ? -1 : 1)),
  }
}

function stricter(a: ApprovalNeed, b: ApprovalNeed): ApprovalNeed {
  return {
    permission: a.permission,
    count: Math.max(a.count, b.count),
    expiresMs: Math.min(a.expiresMs, b.expiresMs),
    reason: a.reason || b.reason,
  }
}
