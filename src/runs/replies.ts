/** Every sentence the hall says. Pure. Each names what happened, what to do next, and the run. */
import { cancelButton } from '../chat/button.ts'
import {
  code,
  isAccount,
  joinMarkdown,
  type Markdown,
  md,
  personName,
  plain,
  userName,
  userNamed,
} from '../chat/markdown.ts'
import { type Block, type Reply, textReply } from '../chat/reply.ts'
import type { Resolution } from '../db/runs.ts'
import type { Denial } from '../policy/decide.ts'
import { freezeTerms, NAMED_MAX } from '../policy/freeze.ts'
import { momentsShown } from '../view/moment.ts'
import type { State } from './state.ts'

/** Nothing was run because the house could not record it. */
export function unavailable(run: string): Reply {
  return textReply(
    md`Pawl cannot reach its database, so nothing was run. Try again in a minute; if it stays so, tell an administrator (run ${code(run)}).`,
    { tone: 'failure' },
  )
}

/** Whether a job was queued could not be found out. */
export function unconfirmed(run: string): Reply {
  return textReply(
    md`Pawl cannot confirm that this was queued, and it may still run. Wait a minute for its message before you type it again (run ${code(run)}).`,
    { tone: 'failure' },
  )
}

/** The result is withheld or uncertain because its record could not be written. */
export function unrecorded(run: string, effects: 'read' | 'write'): Reply {
  return textReply(
    effects === 'read'
      ? md`The result could not be recorded, so it is not shown. Try again (run ${code(run)}).`
      : md`The command ran, but its outcome could not be recorded. Look at what it did before you repeat it (run ${code(run)}).`,
    { tone: 'failure' },
  )
}

/** A second delivery of a request that is still under way. */
export function alreadyReceived(run: string, state: State): Reply {
  return textReply(
    md`This request was received before. Run ${code(run)} is ${state.replace('_', ' ')}; nothing was started again.`,
  )
}

/** The same delivery id with another content. */
export function altered(run: string): Reply {
  return textReply(
    md`This request carries the id of an earlier one (run ${code(run)}) but asks for something else. Nothing was run; type the command again.`,
    { tone: 'failure' },
  )
}

/** Who may be asked for a permission: chat identities first, then users by name. */
export interface Grantors {
  readonly identities: readonly string[]
  readonly names: readonly string[]
}

export function denied(run: string, command: string, decision: Denial, grantors: Grantors): Reply {
  const who = grantorsText(grantors)
  const text = (() => {
    switch (decision.reason) {
      case 'missing_permission':
        return md`You may not run ${code(command)}: ${decision.because}. ${who} can grant it. Nothing was run.`
      case 'no_rule':
        return md`You may not run ${code(command)}: no rule opens it, and without a rule a command is off. ${who} can add one. Nothing was run.`
      case 'broken_rule':
        return md`You may not run ${code(command)}: the rule ${code(decision.rules[0] ?? '')} cannot be evaluated, so it denies. ${who} can mend it. Nothing was run.`
      case 'frozen':
        return md`${code(command)} cannot start now: ${frozenText(decision)}. Nothing was run.`
      case 'unseen':
      case 'forbidden':
        return md`You may not run ${code(command)}: ${decision.because}. Nothing was run.`
    }
  })()
  return { visibility: 'private', tone: 'failure', blocks: [{ kind: 'text', text }, runNote(run)] }
}

/** Who has frozen it, until when and why. Whoever is no user of Pawl is one of the setting, shown by name on his own platform. */
function frozenText({ because, freezes = [] }: Denial): Markdown {
  if (freezes.length === 0) return plain(because)
  const named = freezes.slice(0, NAMED_MAX).map((one) => {
    const by = isAccount(one.byName) ? userNamed(one.byName, 'an administrator') : one.byName
    return md`by ${by} ${momentsShown(freezeTerms(one))}`
  })
  const more = freezes.length - named.length
  return md`it is frozen ${joinMarkdown(more > 0 ? [...named, plain(`and ${more} more`)] : named, '; ')}`
}

/** Why a stage whose arguments came from records may not go on. */
export function deniedStage(command: string, { because }: Denial): string {
  return `You may not run ${command} with these arguments: ${because}.`
}

function grantorsText({ identities, names }: Grantors): Markdown {
  const all = [...identities.map((id) => userName(id)), ...names.map(plain)]
  return all.length === 0 ? plain('An administrator (setting PAWL_ADMINS)') : joinMarkdown(all, ' or ')
}

/** The interim answer of an inline command that takes longer than the platform waits. */
export function working(run: string, visibility: Reply['visibility']): Reply {
  return textReply(md`Working on it … (run ${code(run)})`, { visibility, pending: true })
}

/** A job was accepted; its message follows. */
export function queued(run: string, line: string, visibility: Reply['visibility']): Reply {
  return pendingJob(run, visibility, md`Queued: ${code(line)}`)
}

/** A job at work; `progress` is what its handler said last. */
export function running(run: string, line: string, progress: { text: string; fraction?: number } | null): Reply {
  const percent = progress?.fraction === undefined ? '' : ` (${Math.round(progress.fraction * 100)} %)`
  return pendingJob(
    run,
    'channel',
    progress === null ? md`Running: ${code(line)}` : md`Running: ${code(line)} · ${progress.text}${percent}`,
  )
}

/** A job that has not ended, with what stops it. */
export function pendingJob(run: string, visibility: Reply['visibility'], text: Markdown): Reply {
  return {
    visibility,
    tone: 'plain',
    pending: true,
    blocks: [{ kind: 'text', text }, runNote(run), { kind: 'buttons', buttons: [cancelButton(run)] }],
  }
}

export function succeeded(run: string, blocks: readonly Block[], visibility: Reply['visibility'], job: boolean): Reply {
  return { visibility, tone: job ? 'success' : 'plain', blocks: job ? [...blocks, runNote(run)] : blocks }
}

/** Where the line sends its answer; it is on its way there. `here` is the answer itself where that was asked for, too. */
export function sent(run: string, line: string, labels: readonly string[], here: Reply | null): Reply {
  const where = labels.join(', ')
  if (here === null)
    return textReply(md`${code(line)}: the answer goes to ${where} (run ${code(run)}).`, { tone: 'success' })
  // The names of other places are the asker's to know, not the room's.
  const others = labels.length === 1 ? 'one other place' : `${labels.length} other places`
  const note = `also goes to ${here.visibility === 'private' ? where : others}`
  return { ...here, blocks: [...here.blocks, { kind: 'note', text: plain(note) }] }
}

/** The answer could not be brought to one of the places of a redirect, and will not be. */
export function undelivered(run: string, line: string, label: string, reason: string): Reply {
  return textReply(
    md`${code(line)}: the answer could not be brought to ${label} (${reason}); ${code(`run show ${run}`)} has it.`,
    { tone: 'failure' },
  )
}

/** The answer as others read it where a redirect leads: with who had it sent, and from where. */
export function forwarded(reply: Reply, run: string, sender: Markdown): Reply {
  const note = md`${sender} · run ${run}`
  // Redirects say where it goes: to the room there, whoever would have seen it here.
  return { ...reply, visibility: 'channel', blocks: [...reply.blocks, { kind: 'note', text: note }] }
}

/** A job that had begun and may not go on. */
export function stopped(run: string, line: string, visibility: Reply['visibility']): Reply {
  const detail = 'it had begun and was to go on now, but it may not run any more. Look at what it did before.'
  return ended(run, line, 'failed', detail, visibility)
}

/** What a handler said when it refused; after its line, unless that is null: then the words name by themselves what they are about. */
export function failed(
  run: string,
  line: string | null,
  message: string,
  visibility: Reply['visibility'],
  shown?: string,
): Reply {
  const reply = ended(run, line ?? '', 'failed', message, visibility, shown)
  if (line !== null) return reply
  return { ...reply, blocks: [{ kind: 'text', text: plain(message) }, ...reply.blocks.slice(1)] }
}

/** A run that was told to stop and is still at it: what it does from now on, nobody waits for. */
export function unstopped(run: string, line: string, what: string, visibility: Reply['visibility']): Reply {
  const text = md`${code(line)} ${what}, but did not stop when it was told to, and may still be at work. Look at what it did before you repeat it.`
  return { visibility, tone: 'failure', blocks: [{ kind: 'text', text }, runNote(run)] }
}

/**
 * How a run that did not succeed is told. `visibility` is the room's for jobs, private for inline commands.
 *
 * @param shown fixed-width text under it
 */
export function ended(
  run: string,
  line: string,
  state: State,
  detail: string | Markdown,
  visibility: Reply['visibility'],
  shown?: string,
): Reply {
  const text = (() => {
    switch (state) {
      case 'failed':
        return md`${code(line)} failed: ${detail}`
      case 'timed_out':
        return md`${code(line)} ran out of time (${detail}) and was stopped. Look at what it did before you repeat it.`
      case 'cancelled':
        return cancelledText(line, typeof detail === 'string' ? personName(detail) : detail)
      case 'expired':
        return md`${code(line)} was not started in time and has expired. Nothing was run; type it again if it is still wanted.`
      case 'lost':
        return md`${code(line)} was interrupted${detail}; its outcome is unknown. Look at what it did before you repeat it: Pawl will not. ${code(`run resolve ${run}`)} then says what you found.`
      case 'denied':
        return md`${code(line)} may not run any more: what it needs has changed since it was queued. Nothing was run; type it again to see why.`
      default:
        return md`${code(line)} ended: ${state.replace('_', ' ')}.`
    }
  })()
  const tone = state === 'cancelled' || state === 'expired' ? 'warning' : 'failure'
  const below: readonly Block[] = shown === undefined ? [] : [{ kind: 'code', text: shown }]
  return { visibility, tone, blocks: [{ kind: 'text', text }, ...below, runNote(run)] }
}

function cancelledText(line: string, by: Markdown): Markdown {
  return md`${code(line)} was cancelled by ${by}.`
}

/** What waited for somebody's word, and is not wanted any more. */
export function withdrawnText(run: string, line: string, by: string): Markdown {
  return md`${code(line)} was withdrawn by ${personName(by)}. Nothing was run (run ${code(run)}).`
}

/** What somebody found out about a lost run. */
export function resolved(
  run: string,
  line: string,
  { outcome, note, by }: Resolution,
  visibility: Reply['visibility'],
): Reply {
  const text = md`${code(line)}, which was interrupted, has ${outcome}, says ${personName(by)}: ${plain(note)}`
  const tone = outcome === 'succeeded' ? 'success' : 'failure'
  return { visibility, tone, blocks: [{ kind: 'text', text }, runNote(run)] }
}

/** The run's id, under what it says. */
export function runNote(run: string): Block {
  return { kind: 'note', text: plain(`run ${run}`) }
}

/** A span of time in the largest fitting unit. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}
