/** What keeps a consumer that was replaced, and a change that was refused, from leaving a trace. Pure. */

export interface HeldLock {
  readonly key: string
  readonly epoch: number
}

/** What a consumer holds of a run that it executes. */
export interface Claim {
  readonly run: string
  readonly attempt: number
  readonly held: readonly HeldLock[]
}

/** A batch's change of a run: what else is in the batch applies only where this token stands. */
export interface Change {
  readonly run: string
  readonly change: string
}

/** The fence inside D1: a holder of whose locks one has passed to a greater epoch can write nothing. Follows a condition. */
export function fenceOf(held: readonly HeldLock[]): { readonly condition: string; readonly values: readonly string[] } {
  if (held.length === 0) return { condition: '', values: [] }
  return {
    condition: `AND NOT EXISTS (
  SELECT 1 FROM json_each(?) h JOIN epochs e ON e.lock_key = h.value ->> 'key' WHERE e.epoch > h.value ->> 'epoch'
)`,
    values: [JSON.stringify(held)],
  }
}

/** Where the change of the batch took place; takes its run and its token. */
export const WHERE_CHANGED = 'WHERE EXISTS (SELECT 1 FROM runs WHERE id = ? AND change = ?)'
