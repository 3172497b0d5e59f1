/** What is said about a run that waits for somebody's word. Pure. */
import { approveButton, confirmButton, refuseButton, withdrawButton } from '../chat/button.ts'
import { code, joinMarkdown, type Markdown, md, personName, personText, plain, timeOf } from '../chat/markdown.ts'
import { type Block, type Reply, textReply } from '../chat/reply.ts'
import { typedLine } from '../chat/typed.ts'
import type { Care } from '../command/care.ts'
import type { ApprovalRow, VoteRow } from '../db/approvals.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { printWord } from '../language/print.ts'
import { RUN_ID } from '../runs/identity.ts'
import { pendingJob, runNote } from '../runs/replies.ts'
import { goesTo } from './goes-to.ts'
import type { Standing } from './needs.ts'
import type { Spoilt } from './read.ts'
import { flat, shownFields, shownParts } from './shown.ts'

/** A run as those who decide see it. */
export interface Asked {
  readonly run: string
  readonly line: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** `2 with deploy:approve and 1 with sec:approve`; once somebody has agreed: `2 with deploy:approve (1 has agreed)`. */
export function needsText(standing: readonly Standing[]): string {
  const texts = standing.map(({ need: { permission, count }, given }) => {
    const agreed = given === 0 ? '' : ` (${given} ${given === 1 ? 'has' : 'have'} agreed)`
    return `${count} with ${permission}${agreed}`
  })
  return texts.join(' and ')
}

/** `1 of 2 with deploy:approve have agreed`, after somebody's word. */
export function agreedText(standing: readonly Standing[]): string {
  const texts = standing.map(({ need: { permission, count }, given }) => `${given} of ${count} with ${permission}`)
  return `${texts.join(' and ')} have agreed`
}

/** The same for all who read it, wherever they are. */
export function untilText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** What the asker reads before he says yes. `preview` is what the commands themselves say of it. */
export function confirmation(
  { run, line, expiresAt }: Asked,
  plan: RunnablePlan,
  care: Care,
  where: string,
  preview: readonly Block[] | null,
  platform: string,
): Reply {
  const word = care.confirmation?.word ?? null
  const fields = shownFields(shownParts(plan))
  const locks = plan.singletons.map(({ key }) => key)
  if (locks.length > 0) fields.push({ name: locks.length === 1 ? 'Lock' : 'Locks', value: plain(locks.join(', ')) })
  fields.push({ name: 'Answer', value: plain(where) })
  const needs = needsText(care.approvals.map((need) => ({ need, given: 0 })))
  if (needs !== '') fields.push({ name: 'Then', value: plain(`approval by ${needs}`) })
  const how =
    word === null
      ? md`Nothing runs before you confirm it, until ${timeOf(expiresAt)}.`
      : md`Nothing runs before you type ${code(typedLine(platform, confirmLine(word, run)))} here, until ${timeOf(expiresAt)}.`
  const buttons = [...(word === null ? [confirmButton(run)] : []), withdrawButton(run)]
  return {
    visibility: 'private',
    tone: 'warning',
    pending: true,
    blocks: [
      { kind: 'text', text: md`Please confirm: ${code(flat(line))}` },
      { kind: 'fields', fields },
      ...(preview ?? []).filter(({ kind }) => kind !== 'buttons'),
      { kind: 'text', text: how },
      runNote(run),
      { kind: 'buttons', buttons },
    ],
  }
}

/** What confirms it. A word that ends as a run's id does would be taken for one: then the run's own follows it. */
export function confirmLine(word: string | null, run: string): string {
  if (word === null) return `confirm ${run}`
  const printed = printWord(word)
  return `confirm ${RUN_ID.test(word.split(' ').at(-1) ?? '') ? `${printed} ${run}` : printed}`
}

/** The asker's own word while others are asked. `short` says which permissions too few others hold. */
export function waitingForApproval(
  { run, line, expiresAt }: Asked,
  standing: readonly Standing[],
  posted: boolean,
  short: string | null = null,
): Reply {
  const where = posted
    ? md`This room is asked.`
    : md`The room could not be asked: those who may approve find it in ${code('approval list')}.`
  return {
    visibility: 'private',
    tone: 'plain',
    pending: true,
    blocks: [
      {
        kind: 'text',
        text: md`${code(line)} waits for approval: ${needsText(standing)}, until ${timeOf(expiresAt)}. ${where}`,
      },
      ...(short === null ? [] : [{ kind: 'text' as const, text: plain(short) }]),
      runNote(run),
      { kind: 'buttons', buttons: [withdrawButton(run)] },
    ],
  }
}

/** What the room reads: everything that a decision is about, and the two buttons. */
export function approvalQuestion(
  {
    run,
    line,
    asker,
    because,
    plan,
    expiresAt,
  }: Asked & { readonly asker: Markdown; readonly because: string | null; readonly plan: RunnablePlan | null },
  standing: readonly Standing[],
  agreed: readonly string[],
): Reply {
  const fields = [
    { name: 'Asked by', value: asker },
    // What its defaults are, and what it takes from a message, the line does not show.
    ...(plan === null ? [] : shownFields([...shownParts(plan), ...goesTo(plan)])),
    ...(because === null ? [] : [{ name: 'Why', value: plain(flat(because)) }]),
    { name: 'Needs', value: plain(needsText(standing)) },
    ...(agreed.length === 0 ? [] : [{ name: 'Approved by', value: peopleText(agreed, ', ') }]),
    { name: 'Until', value: timeOf(expiresAt) },
  ]
  return {
    visibility: 'channel',
    tone: 'warning',
    pending: true,
    blocks: [
      { kind: 'text', text: md`${code(flat(line))} waits for approval` },
      { kind: 'fields', fields },
      runNote(run),
      { kind: 'buttons', buttons: [approveButton(run), refuseButton(run)] },
    ],
  }
}

/** The room's message once all have agreed; the run's own words take its place. */
export function approved(run: string, line: string, by: readonly string[]): Reply {
  return pendingJob(run, 'channel', md`Queued: ${code(line)}, approved by ${peopleText(by)}`)
}

/** How a run ended, with who had agreed to it: its message stands where they were asked. */
export function withApprovers(reply: Reply, by: readonly string[]): Reply {
  if (by.length === 0) return reply
  return { ...reply, blocks: [...reply.blocks, { kind: 'note', text: md`approved by ${peopleText(by)}` }] }
}

/** How a run ended whose glass was broken: by whom, and without what; empty where that cannot be read just now. */
export function withGlass(reply: Reply, skipped: readonly string[], by: string): Reply {
  const how = skipped.length === 0 ? '' : `without ${flat(skipped.join(', '))}: `
  return { ...reply, blocks: [...reply.blocks, { kind: 'note', text: md`${how}glass broken by ${deciderName(by)}` }] }
}

function peopleText(names: readonly string[], separator = ' and '): Markdown {
  return joinMarkdown(names.map(deciderName), separator)
}

/** Who decides, or breaks the glass, is a user of Pawl or an administrator of the deployment; of an asker that is not known here. */
export function deciderName(noted: string): Markdown {
  return personName(noted, 'an administrator')
}

/** The end of what was refused. */
export function refusedBy(run: string, line: string, by: string, note: string | null): Markdown {
  const why = note === null ? md`` : md`: ${flat(note)}`
  return md`${code(line)} was refused by ${deciderName(by)}${why}. Nothing was run (run ${code(run)}).`
}

/** The end of what nobody may approve any more. */
export function voidText(run: string, line: string, { why, again }: Pick<Spoilt, 'why' | 'again'>): Markdown {
  const next = again ? ', so that what was agreed to counts no more. Ask again by typing it again' : '. Nothing was run'
  return md`${code(line)} was not started: ${plain(why)}${next} (run ${code(run)}).`
}

/** The end of what nobody decided in time. */
export function expiredText(run: string, line: string, stage: string): Markdown {
  const what = stage === 'confirmation' ? 'was not confirmed in time' : 'was not approved in time'
  return md`${code(line)} ${what}. Nothing was run; type it again if it is still wanted (run ${code(run)}).`
}

function saidBy(votes: readonly VoteRow[], vote: VoteRow['vote']): string {
  const said = votes.filter((one) => one.vote === vote)
  return said.map(({ name }) => personText(name, 'an administrator')).join(' and ')
}

/** Of what was asked under another version of the policy: whoever decides about it now ends it. */
export const OUTDATED = 'void: rules, rights, freezes or rooms have changed, so that it has to be asked again'

/** How it came that nobody can decide any more. */
export function decidedText({ state, stage }: ApprovalRow, votes: readonly VoteRow[]): string {
  switch (state) {
    case 'given':
      if (stage === 'break_glass') return 'the glass was broken for it, so that nobody was asked'
      return stage === 'approval' ? `it was approved by ${saidBy(votes, 'approve')}` : 'it was confirmed by who asked'
    case 'refused':
      return `it was refused by ${saidBy(votes, 'refuse')}`
    case 'expired':
      return 'its time was over'
    case 'withdrawn':
      return 'it was withdrawn'
    case 'void':
      return 'it was no longer what had been asked'
    case 'open':
      return 'its run has ended'
  }
}

/** The same to who comes too late: `Already decided by linus: deploy web prod was approved.` */
export function lateText(line: string, approval: ApprovalRow, votes: readonly VoteRow[]): string {
  const { state, stage } = approval
  const decided = state === 'refused' ? 'refuse' : state === 'given' && stage === 'approval' ? 'approve' : null
  if (decided === null) return `Nobody has to decide about ${flat(line)} any more: ${decidedText(approval, votes)}.`
  return `Already decided by ${saidBy(votes, decided)}: ${flat(line)} was ${decided === 'refuse' ? 'refused' : 'approved'}.`
}

/** A line that stands for another one wants somebody's word itself: he would not see what runs. */
export function asksItself(run: string, line: string): Reply {
  const why = md`${code(line)} needs a confirmation or an approval itself, and stands for another line: type that line.`
  return cannotAsk(run, why)
}

/** The asker has as many open questions as anybody may have. */
export function tooManyOpen(most: number): Markdown {
  return md`${most} lines of yours wait for a confirmation or an approval, and more than that nobody looks at: ${code('run list --mine --state awaiting_approval')} shows them, ${code('approval withdraw <run>')} takes one back. Then type this again.`
}

/** Nothing was run because it cannot be asked about. */
export function cannotAsk(run: string, why: Markdown): Reply {
  const text = joinMarkdown([why, md`Nothing was run (run ${code(run)}).`], ' ')
  return textReply(text, { tone: 'failure' })
}
