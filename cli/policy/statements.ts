/** An import as the statements of one transaction. Pure. */
import { auditEvent } from '../../src/audit/event.ts'
import { traceOf } from '../../src/builtins/policy/trace.ts'
import type { Actor } from '../../src/chat/invocation.ts'
import { auditLine, INSERT_LINES } from '../../src/db/audit.ts'
import { changeSql } from '../../src/db/document-write.ts'
import { EXPECT_VERSION } from '../../src/db/policy.ts'
import type { DocumentRule, PolicyChange, PolicyDocument } from '../../src/policy/document/model.ts'
import { inline, literal } from '../d1.ts'
import type { Plan } from './diff.ts'

/** D1 takes statements of 100 KB; one event may be of a few KB. */
const PART_BYTES = 50_000

const INSERT_EVENTS = `${INSERT_LINES} FROM json_each(?1) e`

/**
 * First the check that the policy is still the one that was compared, then the changes, then an audit event for each: all, or
 * nothing.
 */
export function importStatements({ version, before, after, changes }: Plan, actor: Actor, now: number): string[] {
  const lines = eventsOf(before, after, changes).map((details) =>
    auditLine(auditEvent(now, 'admin.changed', actor, details)),
  )
  return [
    inline({ sql: EXPECT_VERSION, params: [version] }),
    ...changes.flatMap((change) => changeSql(change, now).map(inline)),
    ...inParts(lines).map((part) => inline({ sql: INSERT_EVENTS, params: [`[${part.join()}]`] })),
  ]
}

function eventsOf(before: PolicyDocument, after: PolicyDocument, changes: readonly PolicyChange[]) {
  // What a rule's event says is looked up among the rules of the same text: there may be thousands.
  const rulesBefore = Map.groupBy(before.rules, ({ text }) => text)
  const rulesAfter = Map.groupBy(after.rules, ({ text }) => text)
  const only = (document: PolicyDocument, rules: ReadonlyMap<string, DocumentRule[]>, change: PolicyChange) =>
    'names' in change ? { ...document, rules: rules.get(change.text) ?? [] } : document
  return changes.map((change) => {
    const trace = traceOf(change, only(before, rulesBefore, change), only(after, rulesAfter, change))
    return { target: trace.target, before: trace.before && [...trace.before], after: trace.after && [...trace.after] }
  })
}

function inParts(lines: readonly string[]): string[][] {
  const parts: string[][] = []
  let size = PART_BYTES
  for (const line of lines) {
    const bytes = Buffer.byteLength(literal(line))
    if (size + bytes > PART_BYTES) {
      parts.push([])
      size = 0
    }
    parts.at(-1)?.push(line)
    size += bytes
  }
  return parts
}
