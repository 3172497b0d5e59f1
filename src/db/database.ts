/**
 * The one way to D1. Network: D1 only.
 *
 * A change of a run carries a fresh *change token*: the UPDATE writes it if the run is in the expected state, and every
 * other statement of the same batch (audit events, outbox) applies only where that token stands. So a refused change leaves
 * no trace, and after a broken connection the token tells whether the batch was committed.
 */

/** A session on the primary: policy and audit must never be read from a replica that lags behind. */
export type Database = D1DatabaseSession

export function openDatabase(d1: D1Database): Database {
  return d1.withSession('first-primary')
}

/** Errors after which D1 cannot say whether a batch was committed (D1 docs, "Retry queries"; platform.md 1.4). */
const AMBIGUOUS = /Network connection lost|storage caused object to be reset|reset because its code was updated/

/**
 * Runs a batch that changes one run; after a failure asks for the change token: there, the batch was committed; not there, it
 * is repeated once if the failure was of the connection. Throws what D1 throws otherwise.
 */
export async function commit(
  db: Database,
  run: string,
  change: string,
  statements: D1PreparedStatement[],
): Promise<D1Result[]> {
  try {
    return await db.batch(statements)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const row = await db.prepare('SELECT change FROM runs WHERE id = ?').bind(run).first<{ change: string }>()
    if (row?.change === change) return []
    if (!AMBIGUOUS.test(error.message)) throw error
    return await db.batch(statements)
  }
}
