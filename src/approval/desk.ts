/** What a builtin may do about a run that waits, in the name of whoever runs it. Pure wiring. */
import type { RunRow } from '../db/runs.ts'
import type { RunFacts } from '../runs/context.ts'
import type { Services } from '../runs/services.ts'
import { type Confirmed, confirmRun } from './confirm.ts'
import { withdraw } from './end.ts'
import { castVote, type Rejection, reject, type Said, type Vote } from './vote.ts'

export interface Desk {
  /** Counts a vote, or says why it does not count. Network: D1, the courier, the queue. */
  vote(vote: Vote): Promise<Said>
  /** Confirms the asker's own line, by its run's id, the word that was asked for, or both. Network: the same. */
  confirm(typed: string): Promise<Confirmed>
  /** Takes back the asker's own run in his own name; his question says so; false when it was too late. Network: the same, the locks. */
  withdraw(row: RunRow, by: string): Promise<boolean>
  /** Notes in the audit a word about a run that does not count. */
  reject(run: string | null, target: string, rejection: Rejection): Promise<Rejection>
}

export function deskOf(
  services: Services,
  voter: Pick<RunFacts, 'run' | 'actor' | 'channel' | 'subject' | 'db' | 'address'>,
): Desk {
  return {
    vote: (vote) => castVote(services, voter, vote),
    confirm: (typed) => confirmRun(services, voter, typed),
    withdraw: (row, by) => withdraw(services, voter.db, row, by, voter.address),
    reject: (run, target, rejection) => reject(services, voter, run, target, rejection),
  }
}
