/** One event of a run as a plain sentence, for who learns from it. Pure. */
import type { AuditCode } from '../audit/event.ts'
import { storyLineOf } from '../audit/line.ts'
import { formatDuration } from '../command/duration.ts'
import { REVIEW_TARGET, SECURITY_TARGET } from '../db/outbox.ts'
import { isRecord, type Json, type PawlRecord } from '../json.ts'
import { readable } from '../view/cell.ts'

/** Whether what the run was given and what it gave may be told, too. */
export type Openness = 'open' | 'closed'

type Sentence = (event: PawlRecord, openness: Openness) => string

/** Reasons of an end, in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['missing_permission', 'a permission is missing'],
  ['no_rule', 'no rule opens it'],
  ['broken_rule', 'a rule cannot be evaluated'],
  ['forbidden', 'a rule forbids it'],
  ['frozen', 'a freeze stops it'],
  ['glass', 'the glass was not broken for it'],
  ['unseen', 'it needs a confirmation or an approval, and stands behind a pipe'],
  ['needs_room', 'those who would approve it do not read there'],
  ['refused', 'somebody refused it'],
  ['no_decision', 'nobody decided in time'],
  ['approval_void', 'what was agreed to counts no more'],
  ['workspace_not_allowed', 'the workspace is not served'],
  ['unknown_command', 'there is no such command'],
  ['syntax', 'the line could not be read'],
  ['usage', 'its arguments were wrong'],
  ['help', 'it asked for help'],
  ['limit', 'it is over a limit'],
  ['redirect', 'the answer could not go there'],
  ['busy', 'its lock was taken'],
  ['handler', 'the command said that it failed'],
  ['deadline', 'its time was up'],
  ['cancelled', 'somebody stopped it'],
  ['start_by', 'it did not start in time'],
  ['never_started', 'it never started'],
  ['interrupted', 'whoever executed it was not heard of any more'],
  ['lock_broken', 'its lock was broken'],
  ['repeated', 'another run does the same'],
  ['fault', 'its code broke'],
  ['no_claim', 'nobody had taken it'],
])

const ended =
  (what: string): Sentence =>
  ({ reason, latency_ms, redirects, always, joins, dry }) =>
    `${what}${typeof latency_ms === 'number' ? ` after ${tookText(latency_ms)}` : ''}${why(reason)}${joins === undefined ? '' : `, as ${one(joins)} did`}${told('; the answer goes to', redirects)}${told('; and always to', always)}${dry === true ? '; nothing was changed by it' : ''}.`

const SENTENCES: ReadonlyMap<AuditCode, Sentence> = new Map<AuditCode, Sentence>([
  ['delivery.duplicate', () => 'The platform delivered the request once more; nothing was started again.'],
  ['delivery.altered', () => 'A request with the same id asked for something else; it was refused.'],
  [
    'run.admitted',
    ({ actor, line, alias, repeats, retries, channel }) =>
      `${one(actor)} asked in ${one(channel)}: ${one(line)}${told('; written out from the alias', alias)}${told('; earlier line of', repeats)}${told('; again for', retries)}`,
  ],
  [
    'policy.allowed',
    (event, openness) =>
      `Allowed: ${stageOf(event)}${event.calls === undefined ? '' : ` for ${counted(event.calls, 'call')}`}${openness === 'open' ? argsOf(event) : ''}${openness === 'open' ? `, ${rulesOf(event)}` : ''}.`,
  ],
  [
    'policy.denied',
    (event, openness) =>
      `Denied: ${stageOf(event)}${why(event.reason)}${openness === 'open' ? `${told('; missing', event.missing)}, ${rulesOf(event)}` : ''}.`,
  ],
  ['confirmation.asked', ({ until }) => `It waits until ${one(until)} for its asker to confirm it.`],
  ['confirmation.given', () => 'Its asker confirms it.'],
  ['confirmation.rejected', ({ reason }) => `A confirmation that does not count (${one(reason)}).`],
  [
    'approval.asked',
    ({ permissions, until }) => `It waits until ${one(until)} for those who hold ${one(permissions)} to approve it.`,
  ],
  [
    'approval.approved',
    (event, openness) => `${one(event.actor)} approves it${openness === 'open' ? told(': ', event.note) : ''}.`,
  ],
  [
    'approval.refused',
    (event, openness) => `${one(event.actor)} refuses it${openness === 'open' ? told(': ', event.note) : ''}.`,
  ],
  ['approval.given', () => 'All who were needed have approved it.'],
  ['approval.void', ({ reason }) => `What was agreed to counts no more: ${one(reason)}.`],
  ['approval.expired', () => 'Nobody decided in time.'],
  ['approval.withdrawn', () => 'It is taken back.'],
  ['approval.rejected', ({ actor, reason }) => `A word of ${one(actor)} that does not count (${one(reason)}).`],
  ['run.queued', () => 'It is a job, and waits in the queue.'],
  [
    'run.running',
    ({ attempt }) =>
      attempt === 1 || attempt === undefined ? 'It starts.' : `It starts again: attempt ${one(attempt)}.`,
  ],
  [
    'run.joined',
    ({ joins, lock }) => `It waits for the end of ${one(joins)}, which holds ${one(lock)}, and takes its result.`,
  ],
  [
    'run.suspended',
    ({ step, stage, until }) =>
      `It is put aside at step ${one(step)} of stage ${one(stage)}${told(' until', until)}; its finished steps are kept.`,
  ],
  [
    'run.retried',
    ({ reason, pause_ms, tries }) =>
      `It broke${why(reason)}, for the ${ordinal(tries)} time, and is tried again${typeof pause_ms === 'number' ? ` in ${tookText(pause_ms)}` : ''}.`,
  ],
  ['run.woken', ({ reason }) => `Pawl wakes it once more${why(reason)}.`],
  ['run.wake_dead', () => 'A wake-up could not be delivered; another one follows.'],
  ['run.cancel_requested', (event) => `Somebody asks it to stop${told(', with', event.by_run)}.`],
  ['run.succeeded', ended('It succeeds')],
  ['run.failed', ended('It fails')],
  ['run.timed_out', ended('It is out of time')],
  ['run.cancelled', ended('It is cancelled')],
  ['run.expired', ended('It expires')],
  ['run.lost', ended('It is lost: nobody knows whether it was done;')],
  ['run.denied', ended('It ends as denied')],
  ['run.repeated', ({ by_run }) => `Its line is asked for again, as ${one(by_run)}.`],
  [
    'run.resolved',
    (event, openness) => `Somebody says that it ${one(event.as)}${openness === 'open' ? told(': ', event.note) : ''}.`,
  ],
  ['stage.succeeded', (event) => `Done: ${stageOf(event)}, ${countsOf(event)}.`],
  ['stage.failed', (event) => `Failed: ${stageOf(event)}, ${countsOf(event)}.`],
  ['lock.acquired', ({ lock, epoch }) => `It holds the lock ${one(lock)} (epoch ${one(epoch)}).`],
  ['lock.waiting', ({ lock, holder }) => `It waits in line for the lock ${one(lock)}, which ${one(holder)} holds.`],
  ['lock.rejected', ({ lock, holder }) => `The lock ${one(lock)} is taken by ${one(holder)}, and it does not wait.`],
  ['lock.released', ({ lock }) => `It gives the lock ${one(lock)} back.`],
  ['lock.expired', ({ lock }) => `It was silent for too long and loses the lock ${one(lock)}.`],
  [
    'lock.broken',
    (event, openness) =>
      `Somebody breaks its lock ${one(event.lock)}${openness === 'open' ? told(', because', event.reason_text) : ''}.`,
  ],
  ['reply.delivered', (event) => `${answerOf(event)} arrives (${one(event.via)}).`],
  ['reply.retried', (event) => `${answerOf(event)} cannot be brought now${why(event.reason)}; it is tried again.`],
  ['reply.undeliverable', (event) => `${answerOf(event)} is given up${why(event.reason)}.`],
  ['freeze.started', ({ freeze }) => `It starts freeze ${one(freeze)}.`],
  ['freeze.ended', ({ freeze }) => `It ends freeze ${one(freeze)}.`],
  [
    'glass.broken',
    (event, openness) =>
      `The glass is broken for it: it runs without ${one(event.skipped)}${openness === 'open' ? told(', because', event.reason_text) : ''}.`,
  ],
  ['review.opened', () => 'Somebody else has to look at it.'],
  ['review.closed', (event, openness) => `Its review is closed${openness === 'open' ? told(': ', event.note) : ''}.`],
  ['review.rejected', ({ reason }) => `A review of it that does not count (${one(reason)}).`],
  ['admin.changed', ({ target }) => `It changes ${one(target)}.`],
  ['room.changed', ({ target }) => `It changes how ${one(target)} is used.`],
  ['audit.read', () => 'It reads the audit log.'],
  ['audit.cut', ({ left_out }) => `${counted(left_out, 'more event')} left out of the log.`],
  ['audit.erased', ({ lines }) => `What people wrote is erased from ${counted(lines, 'line')}.`],
])

/**
 * The sentence; of an event without one of its own the code and what tells it from others.
 *
 * @example sentenceOf({ code: 'lock.released', lock: 'deploy:web' }, 'open') // 'It gives the lock deploy:web back.'
 */
export function sentenceOf(event: PawlRecord, openness: Openness): string {
  const sentence = SENTENCES.get(event.code as AuditCode)
  return sentence ? sentence(event, openness) : storyLineOf(JSON.stringify(event)).slice(TIME_LENGTH)
}

/** The time of day and a space, before the code. */
const TIME_LENGTH = 9

/**
 * How long something took: to the millisecond where it was short.
 *
 * @example tookText(350) // '350 ms'
 * @example tookText(125_000) // '2m5s'
 */
export function tookText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms)
}

function one(value: Json | undefined): string {
  return value === undefined ? '?' : readable(value)
}

/** Nothing where there is nothing to tell. */
function told(before: string, value: Json | undefined): string {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return ''
  return `${before.endsWith(' ') ? before : `${before} `}${readable(value)}`
}

function why(reason: Json | undefined): string {
  if (typeof reason !== 'string') return ''
  return ` (${REASONS.get(reason) ?? reason})`
}

function stageOf({ stage, command }: PawlRecord): string {
  const name = typeof command === 'string' ? command.replaceAll(':', ' ') : 'the line'
  return stage === undefined ? name : `stage ${one(stage)}, ${name}`
}

function argsOf({ args }: PawlRecord): string {
  return isRecord(args) && Object.keys(args).length === 0 ? '' : told(' with', args)
}

function rulesOf({ rules }: PawlRecord): string {
  if (!Array.isArray(rules) || rules.length === 0) return 'by no rule'
  return `by ${rules.map((rule) => `"${readable(rule)}"`).join(' and ')}`
}

function countsOf({ records_in, records_out }: PawlRecord): string {
  return `${counted(records_in, 'record')} in, ${one(records_out ?? 0)} out`
}

/** @example counted(1, 'record') // '1 record' */
export function counted(count: Json | undefined, unit: string): string {
  return `${one(count ?? 0)} ${unit}${count === 1 ? '' : 's'}`
}

function ordinal(count: Json | undefined): string {
  const words = ['first', 'second', 'third']
  return typeof count === 'number' ? (words[count - 1] ?? `${count}th`) : 'first'
}

/** 0 is who asked; the places of redirects are counted from 1. */
function answerOf({ redirect, notice }: PawlRecord): string {
  if (redirect === SECURITY_TARGET) return 'The word to the security room'
  if (redirect === REVIEW_TARGET) return 'The word to the security room about its review'
  if (typeof redirect === 'number' && redirect > 0) return `The answer for place ${redirect} of the line`
  return notice === undefined ? 'The answer' : 'The word to who asked'
}
