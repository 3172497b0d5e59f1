/** What the hall says about locks: who has one, who waits, who joined, and that one was taken away. Pure. */
import { code, joinMarkdown, type Markdown, md, personName, plain } from '../chat/markdown.ts'
import { type Reply, textReply } from '../chat/reply.ts'
import type { Ticket } from '../singleton/lock.ts'
import { ago, pendingJob, runNote } from './replies.ts'

/** Where a run meets somebody else's lock. */
interface Meeting {
  readonly key: string
  readonly holder: Ticket
  readonly now: number
}

/** Who has it, since when, and where to look. */
function heldBy({ holder, now }: Meeting): Markdown {
  const show = code(`run show ${holder.run}`)
  return md`held by run ${code(holder.run)} of ${personName(holder.who)} for ${ago(now - holder.since)} (${show})`
}

/** A job that waits for a lock; `later` are those that it takes after it. */
export function waiting(
  run: string,
  line: string,
  visibility: Reply['visibility'],
  { position, later, ...meeting }: Meeting & { readonly position: number; readonly later: readonly string[] },
): Reply {
  const place = position === 1 ? 'next' : `number ${position} in line`
  const after = later.length === 0 ? plain('') : md` After that it needs ${joinMarkdown(later.map(code), ', ')}.`
  const text = md`Queued: ${code(line)} is ${place} for ${code(meeting.key)}, ${heldBy(meeting)}.${after}`
  return pendingJob(run, visibility, text)
}

/** A job that executes nothing, as the holder of its lock is at it. */
export function joining(run: string, line: string, visibility: Reply['visibility'], meeting: Meeting): Reply {
  const text = md`Queued: ${code(line)} is being done already, ${code(meeting.key)} is ${heldBy(meeting)}. It is not run again; how that ends is told here.`
  return pendingJob(run, visibility, text)
}

/** How a run ended that joined another one: as that one did. `reply` is the other's, or made like it of its records. */
export function joined(run: string, target: string, reply: Reply, visibility: Reply['visibility']): Reply {
  const ids = [run, target].map((id) => JSON.stringify(runNote(id)))
  // The other's buttons are about the other run.
  const blocks = reply.blocks.filter((block) => block.kind !== 'buttons' && !ids.includes(JSON.stringify(block)))
  return {
    ...reply,
    visibility,
    blocks: [...blocks, { kind: 'note', text: plain(`joined run ${target} · run ${run}`) }],
  }
}

/** The singleton is taken and the command does not wait. */
export function busy(run: string, meeting: Meeting): Reply {
  return textReply(
    md`${code(meeting.key)} is ${heldBy(meeting)}. Nothing was run; try again when it has ended (run ${code(run)}).`,
    { tone: 'warning' },
  )
}

/** The lock of a run was taken away: what it had begun nobody knows, and it will not go on. */
export function broken(
  run: string,
  line: string,
  {
    key,
    by,
    reason,
    begun,
  }: { readonly key: string; readonly by: string; readonly reason: string; readonly begun: boolean },
  visibility: Reply['visibility'],
): Reply {
  const what = begun
    ? plain('was stopped in the middle; its outcome is unknown. Look at what it did before you repeat it.')
    : plain('will not start. Nothing was run.')
  return {
    visibility,
    tone: 'failure',
    blocks: [
      { kind: 'text', text: md`${by} took the lock ${code(key)} from ${code(line)} (${reason}), which ${what}` },
      runNote(run),
    ],
  }
}
