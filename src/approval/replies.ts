/** What is said about a run that waits for somebody's word. Pure. */
import { approveButton, confirmButton, refuseButton, withdrawButton } from '../chat/button.ts'
import { code, joinMarkdown, type Markdown, md, plain, timeOf } from '../chat/markdown.ts'
import { type Block, type Reply, textReply } from '../chat/reply.ts'
import type { Care } from '../command/care.ts'
import { redact } from '../command/redact.ts'
import type { ApprovalRow, VoteRow } from '../db/approvals.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { printStage, printWord } from '../language/print.ts'
import { pendingJob, runNote } from '../runs/replies.ts'
import type { Standing } from './needs.ts'

/** A run as those who decide see it. */
export interface Asked {
  readonly run: string
  readonly line: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** `2 with deploy:approve and 1 with sec:approve`; once somebody has agreed: `1 of 2 with deploy:approve`. */
export function needsText(standing: readonly Standing[]): string {
  const texts = standing.map(
    ({ need: { permission, count }, given }) => `${given === 0 ? count : `${given} of ${count}`} with ${permission}`,
  )
  return texts.join(' and ')
}

/** The same for all who read it, wherever they are. */
export function untilText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** On one line: nothing that was typed looks like a field of what is asked beside it. */
function flat(text: string): string {
  return text.replace(/\s*[\n\r\u0085\u2028\u2029]+\s*/g, ' ⏎ ')
}

interface Field {
  readonly name: string
  readonly value: Markdown
}

/** Each stage with all its arguments, defaults and what came from a message too. */
function stageFields(plan: RunnablePlan): Field[] {
  return plan.stages.map(({ command, args, tokens }, i) => {
    const given = args === null ? code(flat(printStage({ tokens }))) : argumentsText(redact(command, args))
    return { name: plan.stages.length === 1 ? command.name : `${i + 1}. ${command.name}`, value: given }
  })
}

/** What the asker reads before he says yes. `preview` is what the commands themselves say of it. */
export function confirmation(
  { run, line, expiresAt }: Asked,
  plan: RunnablePlan,
  care: Care,
  where: string,
  preview: readonly Block[] | null,
): Reply {
  const word = care.confirmation?.word ?? null
  const fields = stageFields(plan)
  const locks = plan.singletons.map(({ key }) => key)
  if (locks.length > 0) fields.push({ name: locks.length === 1 ? 'Lock' : 'Locks', value: plain(locks.join(', ')) })
  fields.push({ name: 'Answer', value: plain(where) })
  const needs = needsText(care.approvals.map((need) => ({ need, given: 0 })))
  if (needs !== '') fields.push({ name: 'Then', value: plain(`approval by ${needs}`) })
  const how =
    word === null
      ? md`Nothing runs before you confirm it, until ${timeOf(expiresAt)}.`
      : md`Nothing runs before you type ${code(`confirm ${printWord(word)}`)} here, until ${timeOf(expiresAt)}.`
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

/** `service=web env=prod`, every argument with its default. */
function argumentsText(args: ReturnType<typeof redact>): Markdown {
  const texts = Object.entries(args).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? printWord(value) : JSON.stringify(value)}`,
  )
  return texts.length === 0 ? plain('without arguments') : code(flat(texts.join(' ')))
}

/** The asker's own word while others are asked. */
export function waitingForApproval(
  { run, line, expiresAt }: Asked,
  standing: readonly Standing[],
  posted: boolean,
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
    // A line that is run on a message does not show what it takes from there.
    ...(plan?.record ? stageFields(plan) : []),
    ...(because === null ? [] : [{ name: 'Why', value: plain(flat(because)) }]),
    { name: 'Needs', value: plain(needsText(standing)) },
    ...(agreed.length === 0 ? [] : [{ name: 'Approved by', value: plain(agreed.join(', ')) }]),
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
  return pendingJob(run, 'channel', md`Queued: ${code(line)}, approved by ${by.join(' and ')}`)
}

/** How a run ended, with who had agreed to it: its message stands where they were asked. */
export function withApprovers(reply: Reply, by: readonly string[]): Reply {
  if (by.length === 0) return reply
  return { ...reply, blocks: [...reply.blocks, { kind: 'note', text: plain(`approved by ${by.join(' and ')}`) }] }
}

/** The end of what was refused. */
export function refusedBy(run: string, line: string, by: string, note: string | null): Markdown {
  const why = note === null ? md`` : md`: ${flat(note)}`
  return md`${code(line)} was refused by ${plain(by)}${why}. Nothing was run (run ${code(run)}).`
}

/** The end of what nobody may approve any more. */
export function voidText(run: string, line: string, why: string): Markdown {
  return md`${code(line)} was not started: ${plain(why)}, so that what was agreed to counts no more. Ask again by typing it again (run ${code(run)}).`
}

/** The end of what nobody decided in time. */
export function expiredText(run: string, line: string, stage: string): Markdown {
  const what = stage === 'confirmation' ? 'was not confirmed in time' : 'was not approved in time'
  return md`${code(line)} ${what}. Nothing was run; type it again if it is still wanted (run ${code(run)}).`
}

/** How it came that nobody can decide any more. */
export function decidedText({ state, stage }: ApprovalRow, votes: readonly VoteRow[]): string {
  const by = (vote: VoteRow['vote']) =>
    votes
      .filter((one) => one.vote === vote)
      .map(({ name }) => name)
      .join(' and ')
  switch (state) {
    case 'given':
      return stage === 'approval' ? `it was approved by ${by('approve')}` : 'it was confirmed by who asked'
    case 'refused':
      return `it was refused by ${by('refuse')}`
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

/** A line that stands for another one wants somebody's word itself: he would not see what runs. */
export function asksItself(run: string, line: string): Reply {
  const why = md`${code(line)} needs a confirmation or an approval itself, and stands for another line: type that line.`
  return cannotAsk(run, why)
}

/** Nothing was run because it cannot be asked about. */
export function cannotAsk(run: string, why: Markdown): Reply {
  const text = joinMarkdown([why, md`Nothing was run (run ${code(run)}).`], ' ')
  return textReply(text, { tone: 'failure' })
}
