/** `approval show`: everything about the word that a run needed: what it is bound to, who said what. Network: D1. */
import { goesTo } from '../../approval/goes-to.ts'
import { careOf, heldOf, standingOf } from '../../approval/needs.ts'
import { decidedText, deciderName, needsText, OUTDATED, untilText } from '../../approval/replies.ts'
import { flat, plannedNow, shownFields, shownParts } from '../../approval/shown.ts'
import { code, md, personName, plain, timeOf } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type ApprovalRow, selectApproval, selectVotes, type VoteRow } from '../../db/approvals.ts'
import { type AuditSpan, selectAuditSpan } from '../../db/run-story.ts'
import { type SeenRunRow, selectSeenRun } from '../../db/runs.ts'
import { isTerminal } from '../../runs/state.ts'
import { isOwn } from '../../runs/visibility.ts'
import { houseOf } from '../house.ts'
import { seesOthers } from '../run-access.ts'
import { auditText } from '../run-story.ts'
import { runOption } from './word.ts'

export default defineCommand({
  name: 'approval show',
  summary: 'Show what a run needed before it could start, and who said what',
  description:
    'Your own runs, those that are asked here and whose permission to approve you hold, and all with run:read.',
  options: { run: runOption },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because it first serves one's own runs; the handler asks for a permission on those of others.
  rules: ['when command is approval:show allow'],
  examples: [['approval show r_0123456789abcdef', 'what it needs, and who has agreed']],
  async handler({ run: id }, ctx) {
    const { db, subject, registry, policy } = houseOf(ctx)
    const [rows, approvals, votes, spans] = (await db.batch([
      selectSeenRun(db, id),
      selectApproval(db, id),
      selectVotes(db, id),
      selectAuditSpan(db, id),
    ])) as [D1Result<SeenRunRow>, D1Result<ApprovalRow>, D1Result<VoteRow>, D1Result<AuditSpan>]
    const [row] = rows.results
    const [approval] = approvals.results
    const care = approval ? careOf(approval) : null
    const { platform, workspace } = ctx.actor
    // As for a word about it: from where it was asked, and once others are asked at all.
    const asked = row?.platform === platform && row.workspace === workspace && approval?.stage !== 'confirmation'
    const may = row && care && (isOwn(ctx.actor, row) || seesOthers(ctx) || (asked && heldOf(care, subject).length > 0))
    if (!row || !approval || !care || !may)
      throw new CommandFailure(`there is no approval of a run ${id} that you may see`)
    const said = votes.results
    const open = approval.state === 'open'
    // What it would do is kept until it has ended.
    const plan = plannedNow(registry, row)
    return {
      run: id,
      line: row.line,
      shown: plan === null ? [] : [...shownParts(plan), ...goesTo(plan)].map(({ name, text }) => ({ name, text })),
      state: approval.state,
      what: !open
        ? `${decidedText(approval, said)}; the run ${runText(row)}`
        : approval.policy === policy.version
          ? `waits for ${approval.stage === 'confirmation' ? 'who asked' : 'approval'}`
          : OUTDATED,
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
        { name: 'Line', value: code(flat(shown.line)) },
        { name: 'Asked by', value: personName(shown.who) },
        ...shownFields(shown.shown),
        ...(shown.why === null ? [] : [{ name: 'Why', value: plain(flat(shown.why)) }]),
        ...(shown.needs === '' ? [] : [{ name: 'Needs', value: plain(shown.needs) }]),
        { name: 'Until', value: plain(shown.until) },
        ...shown.votes.map(({ who, vote, at, note }) => ({
          name: vote === 'approve' ? 'Approved' : 'Refused',
          value: md`${deciderName(who)}, ${timeOf(Date.parse(at))}${note === null ? '' : `: ${flat(note)}`}`,
        })),
        { name: 'Digest', value: code(shown.digest) },
        { name: 'Policy', value: plain(shown.policy) },
        { name: 'Audit', value: plain(shown.audit) },
      ],
    },
  ],
})

/** What became of the run itself. */
function runText({ state, attempt }: SeenRunRow): string {
  if (isTerminal(state)) return attempt === 0 ? `has ended without having begun (${state})` : `has ended (${state})`
  return `is ${state}`
}
