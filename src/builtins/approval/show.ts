/** `approval show`: everything about the word that a run needed: what it is bound to, who said what. Network: D1. */
import { careOf, heldOf, standingOf } from '../../approval/needs.ts'
import { decidedText, needsText, untilText } from '../../approval/replies.ts'
import { plannedNow, shownFields, shownParts } from '../../approval/shown.ts'
import { code, md, personName, plain } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../../db/approvals.ts'
import { type AuditSpan, selectAuditSpan } from '../../db/run-story.ts'
import { type SeenRunRow, selectSeenRun } from '../../db/runs.ts'
import { isOwn } from '../../runs/visibility.ts'
import { houseOf } from '../house.ts'
import { seesOthers } from '../run-access.ts'
import { auditText } from '../run-story.ts'
import { runOption } from './word.ts'

export default defineCommand({
  name: 'approval show',
  summary: 'Show what a run needed before it could start, and who said what',
  description: 'Your own runs, those whose permission to approve you hold, and all with run:read.',
  options: { run: runOption },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for a permission on those of others.
  rules: ['when command is approval:show allow'],
  examples: [['approval show r_0123456789abcdef', 'what it needs, and who has agreed']],
  async handler({ run: id }, ctx) {
    const { db, subject, registry } = houseOf(ctx)
    const [rows, approvals, votes, spans] = (await db.batch([
      selectSeenRun(db, id),
      selectApproval(db, id),
      selectVotes(db, id),
      selectAuditSpan(db, id),
    ])) as [D1Result<SeenRunRow>, D1Result<ApprovalRow>, D1Result<VoteRow>, D1Result<AuditSpan>]
    const [row] = rows.results
    const [approval] = approvals.results
    const care = approval ? careOf(approval) : null
    const may = row && care && (isOwn(ctx.actor, row) || seesOthers(ctx) || heldOf(care, subject).length > 0)
    if (!row || !approval || !care || !may)
      throw new CommandFailure(`there is no approval of a run ${id} that you may see`)
    const said = votes.results
    const open = approval.state === 'open'
    const plan = open ? plannedNow(registry, row) : null
    return {
      run: id,
      line: row.line,
      shown: plan === null ? [] : shownParts(plan).map(({ name, text }) => ({ name, text })),
      state: approval.state,
      what: open
        ? `waits for ${approval.stage === 'confirmation' ? 'who asked' : 'approval'}`
        : decidedText(approval, said),
      who: row.user_name ?? row.actor,
      why: approval.because,
      needs: needsText(standingOf(care, said)),
      until: untilText(approval.expires_at),
      votes: said.map(({ name, vote, at, note, by_run }) => ({
        who: name,
        vote,
        at: new Date(at).toISOString(),
        note,
        by_run,
      })),
      digest: approval.digest,
      policy: approval.policy,
      audit: auditText(spans.results[0] ?? { lines: 0, first: null, last: null }),
    }
  },
  view: ([shown]) => [
    {
      kind: 'fields',
      fields: [
        { name: 'Run', value: md`${code(shown.run)}: ${shown.what}` },
        { name: 'Line', value: code(shown.line) },
        { name: 'Asked by', value: personName(shown.who) },
        ...shownFields(shown.shown),
        ...(shown.why === null ? [] : [{ name: 'Why', value: plain(shown.why) }]),
        ...(shown.needs === '' ? [] : [{ name: 'Needs', value: plain(shown.needs) }]),
        { name: 'Until', value: plain(shown.until) },
        ...shown.votes.map(({ who, vote, at, note }) => ({
          name: vote === 'approve' ? 'Approved' : 'Refused',
          value: md`${personName(who)}, ${at.slice(11, 19)} UTC${note === null ? '' : `: ${note}`}`,
        })),
        { name: 'Digest', value: code(shown.digest) },
        { name: 'Policy', value: plain(shown.policy) },
        { name: 'Audit', value: plain(shown.audit) },
      ],
    },
  ],
})
