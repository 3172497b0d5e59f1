/** `plan`: what a line would run, decided and bound as it would be, without running any of it. Network: D1, the locks, the platform. */
import { code, joinMarkdown, type Markdown, md, personName, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import { afterCare, joinCare } from '../command/care.ts'
import type { Context } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { formatDuration } from '../command/duration.ts'
import { readsForReal } from '../engine/assemble.ts'
import type { RunnablePlan } from '../engine/plan.ts'
import { callText } from '../engine/shown.ts'
import type { Decision } from '../policy/decide.ts'
import type { Target } from '../runs/courier.ts'
import { answeredRooms, isElsewhere } from '../runs/redirect.ts'
import { ago } from '../runs/replies.ts'
import { practised, roomAsked } from '../runs/room-settings.ts'
import {
  type AskedStage,
  decideStage,
  freezesIn,
  lineOption,
  problemShown,
  readLine,
  redirectMissing,
} from './explain/line.ts'
import { houseOf } from './house.ts'
import { fieldsView, listText } from './policy/shown.ts'
import { seesOthers } from './run-access.ts'

/** What is said once for the whole line, in the record of its first stage. */
type LineFacts = {
  line: string
  /** Whether it would start as it is typed, here, by who asks. */
  starts: boolean
  /** Why not; or what it waits for first. Empty where nothing is in the way. */
  problem: string
  after: string
  mode: string
  at_most: string
  dry: boolean
  practice: boolean
  frozen: string[]
  locks: Awaited<ReturnType<typeof lockNow>>[]
  answer: string
}

export default defineCommand({
  name: 'plan',
  summary: 'Show what a line would run, by which rules, after whose approval, under which locks',
  options: { line: lineOption },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is plan allow'],
  examples: [
    ['plan deploy web prod', 'each stage with its arguments, and what stands before its start'],
    [`plan 'deploy web prod | tee last > #ops'`, 'a whole pipeline, in quotes'],
  ],
  async handler({ line }, ctx) {
    const { policy, subject } = houseOf(ctx)
    const asked = await readLine(ctx, line)
    const room = roomAsked(policy, ctx)
    const made = practised(houseOf(ctx), room, asked.plan)
    const dry = made.ok && made.dry
    const stages = asked.stages.map((stage, i) => {
      const decision = decideStage(
        policy,
        dry && !readsForReal(stage.command) ? { ...stage, unseen: null } : stage,
        subject,
      )
      return { stage, decided: decision, facts: stageFacts(made.ok ? made : null, stage, decision, i) }
    })
    const denied = stages.some(({ decided }) => !decided.allowed)
    const frozen =
      made.ok && !dry
        ? stages.flatMap(({ stage, decided }) => (decided.allowed ? freezesIn(ctx, stage, subject) : []))
        : []
    const redirect = redirectMissing(asked, subject)
    const problem = denied
      ? ''
      : problemShown(ctx, { ...asked, plan: made }) ||
        (redirect === null ? '' : `to send the answer elsewhere needs ${redirect}`)
    // Whoever may not run a command learns nothing of what it would do.
    const open = made.ok && !denied ? made : null
    const cares = stages.flatMap(({ decided }) => (decided.allowed ? [decided.care] : []))
    const whole: LineFacts = {
      line: made.line,
      starts: !denied && problem === '' && frozen.length === 0,
      problem,
      after: open && !dry ? afterCare(joinCare([open.care, ...cares])) : '',
      mode: open?.mode ?? '',
      at_most: open === null ? '' : formatDuration(open.timeoutMs),
      dry,
      practice: room?.practice === true,
      frozen: [...new Set(frozen)],
      locks: open === null ? [] : await Promise.all(open.singletons.map((claim) => lockNow(ctx, claim))),
      answer: open === null ? '' : await answerText(ctx, open),
    }
    return stages.map(({ facts }, i) => ({ ...facts, whole: i === 0 ? whole : null }))
  },
  view: (records) => (records[0].whole === null ? null : planView(records[0].whole, records)),
})

/** A stage as far as the asker may know of it. */
function stageFacts(plan: RunnablePlan | null, { command, open }: AskedStage, decision: Decision, index: number) {
  const args = plan?.stages[index]?.args ?? null
  const shown = decision.allowed && plan !== null
  return {
    stage: index + 1,
    command: command.name,
    call: !shown ? command.name : args === null ? `${command.name} (arguments from records)` : callText(command, args),
    effects: command.effects,
    run: command.run,
    timeout: formatDuration(command.timeoutMs),
    retry: command.retry,
    dry_run: command.effects === 'read' || command.dryRun !== null,
    decision: !decision.allowed ? 'denied' : decision.certain ? 'allowed' : `depends on ${open}`,
    because: decision.allowed ? '' : decision.because,
    rules: [...decision.rules],
  }
}

async function lockNow(ctx: Context, { key, whenBusy }: RunnablePlan['singletons'][number]) {
  const claim = { key, when_busy: whenBusy }
  try {
    const { holder, waiters } = await houseOf(ctx).lockStatus(key)
    // Who may not list locks does not learn here whose they are.
    const named = seesOthers(ctx)
    const held = holder && {
      run: named ? holder.run : null,
      who: named ? holder.who : null,
      for: ago(ctx.now() - holder.since),
    }
    return { ...claim, known: true, holder: held, in_line: waiters.length }
  } catch {
    // A lock that cannot be reached: the plan is shown all the same.
    return { ...claim, known: false, holder: null, in_line: 0 }
  }
}

const BUSY_WORDS = {
  reject: 'then the line is refused',
  queue: 'then it waits in line',
  join: 'then it gets the result of that run',
} as const

function lockText({ key, when_busy, known, holder, in_line }: LineFacts['locks'][number]): Markdown {
  if (!known) return md`nobody can say just now who has ${key}`
  if (holder === null) return md`${key} is free`
  const line = in_line === 0 ? '' : `, with ${in_line} in line`
  const by =
    holder.run === null || holder.who === null
      ? plain('')
      : md` by run ${code(holder.run)} of ${personName(holder.who)}`
  return md`${key} is held${by} for ${holder.for}${line}: ${BUSY_WORDS[when_busy]}`
}

async function answerText(ctx: Context, plan: RunnablePlan): Promise<string> {
  const { policy } = houseOf(ctx)
  const here = plan.answer === 'private' ? 'to you alone' : 'here'
  if (roomAsked(policy, ctx)?.practice) return here
  const named = await Promise.all(plan.targets.filter(({ kind }) => kind !== 'here').map((to) => targetText(ctx, to)))
  const always = answeredRooms({ ...ctx, policy }, plan).map(({ name }) => `${name} (always)`)
  return listText([...(isElsewhere(plan.targets) ? [] : [here]), ...named, ...always])
}

async function targetText(ctx: Context, target: Target): Promise<string> {
  if (!('id' in target)) return target.kind === 'me' ? 'to you' : 'in this thread'
  if (target.kind === 'user') return `@${target.id}`
  const room = await houseOf(ctx).room(target.id)
  return room.ok ? room.name : `#${target.id}`
}

type StageFacts = ReturnType<typeof stageFacts>

function planView(first: LineFacts, stages: readonly StageFacts[]): readonly Block[] {
  const { line, starts, problem, after, mode, at_most, dry, practice, frozen, locks, answer } = first
  const how = `${mode === 'job' ? 'as a job' : 'at once'}, for at most ${at_most}`
  const what = !starts ? 'would not start' : dry ? 'would only say what it would do' : `would run ${how}`
  return [
    { kind: 'text', text: md`${code(line)} **${what}**` },
    ...(problem === '' ? [] : [{ kind: 'text', text: plain(problem) } as const]),
    { kind: 'code', text: stages.flatMap(stageLines).join('\n') },
    ...fieldsView([
      ...(frozen.length === 0 ? [] : [['Frozen', frozen.join('; ')] as const]),
      ...(after === '' ? [] : [[starts ? 'Starts' : 'Then it starts', after] as const]),
      ...(locks.length === 0 ? [] : [['Locks', joinMarkdown(locks.map(lockText), '; ')] as const]),
      ...(answer === '' ? [] : [['Answer', answer] as const]),
      ...(practice ? [['Practice', 'this room practises'] as const] : []),
    ]),
    { kind: 'note', text: plain('Nothing of it was run.') },
  ]
}

function stageLines({ stage, call, effects, run, timeout, retry, decision, because, rules }: StageFacts): string[] {
  const repeats =
    effects === 'read' && run === 'inline' ? '' : retry === 'safe' ? ', may be repeated' : ', never repeated'
  const facts = `${effects === 'write' ? 'writes' : 'reads'}, ${run}, at most ${timeout}${repeats}`
  return [
    `${stage}. ${call}`,
    ...(decision === 'denied' ? [] : [`   ${facts}`]),
    `   ${decision}${because === '' ? '' : `: ${because}`}`,
    ...rules.map((rule) => `   + ${rule}`),
  ]
}
