/** How reviews look. Pure. */
import type { ReviewedRow } from '../../db/reviews.ts'
import { momentText } from '../../policy/freeze.ts'

/** As a record of `review list` and `review show`. */
export function reviewRecord(row: ReviewedRow) {
  return {
    run: row.run,
    review: row.closed_at === null ? 'open' : 'closed',
    line: row.line,
    state: row.state,
    by: row.name,
    reason: row.reason,
    without: JSON.parse(row.skipped) as string[],
    at: momentText(row.opened_at),
    closed_by: row.closed_by,
    note: row.note,
  }
}
