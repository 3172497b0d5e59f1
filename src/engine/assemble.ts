/** What kind of run the stages of a line make together. Pure. */
import { md } from '../chat/markdown.ts'
import type { ApprovalNeed, Command, SingletonClaim } from '../command/command.ts'
import type { Target } from '../runs/courier.ts'
import type { Plan, PlannedStage, RefusedPlan } from './plan.ts'
import { startHere } from './refusals.ts'

/** What kind of run the stages make together. */
export function runnable(line: string, planned: readonly PlannedStage[], targets: readonly Target[] = []): Plan {
  const [first, ...rest] = planned
  if (!first) return refused(line, 'empty', [], startHere)
  const stages = [first, ...rest] as const
  const commands = stages.map(({ command }) => command)
  const claims: SingletonClaim[] = []
  const approvals: ApprovalNeed[] = []
  for (const { command, args } of stages) {
    if (args === null) continue
    try {
      claims.push(...listOf(command.singleton(args)))
      approvals.push(...listOf(command.approval(args)))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      const text = md`${command.name} cannot say which lock or approval it needs: ${detail}. Nothing was run; its module needs mending.`
      return refused(line, 'unsupported', commands, () => [{ kind: 'text', text }])
    }
  }
  const mode = claims.length > 0 || commands.some(({ run }) => run === 'job') ? 'job' : 'inline'
  const secretive = commands.find(hasSecrets)
  if (mode === 'job' && secretive) {
    const text = md`${secretive.name} has secret options, and the arguments of a job wait in the database, where no secret may be. Run it on its own; nothing was run.`
    return refused(commands.map(({ name }) => name).join(' | '), 'unsupported', commands, () => [
      { kind: 'text', text },
    ])
  }
  // Only what acts, or what an author made a job, can do harm when it is repeated.
  const risky = commands.filter(({ effects, run }) => effects === 'write' || run === 'job')
  return {
    ok: true,
    line,
    commands,
    secretive: commands.some(hasSecrets),
    stages,
    effects: commands.some(({ effects }) => effects === 'write') ? 'write' : 'read',
    // Waiting for a lock is the queue's work: a run that needs one is a job.
    mode,
    retry: risky.every(({ retry }) => retry === 'safe') ? 'safe' : 'unsafe',
    answer: commands.some(({ answer }) => answer === 'private') ? 'private' : 'channel',
    timeoutMs: Math.max(...commands.map(({ timeoutMs }) => timeoutMs)),
    startWithinMs: Math.min(...commands.map(({ startWithinMs }) => startWithinMs)),
    singletons: inOrder(stages.length === 1 && targets.length === 0 ? claims : claims.map(waits)),
    approval: approvals[0] ?? null,
    targets,
  }
}

export function refused(
  line: string,
  code: RefusedPlan['code'],
  commands: readonly Command[],
  explain: RefusedPlan['explain'],
): RefusedPlan {
  // What could not be understood may hold a secret anywhere.
  return { ok: false, line, code, commands, secretive: true, explain }
}

/**
 * Each key once, sorted: because every run takes its locks in the same order, two runs never wait for each other. Where
 * stages differ about one key, who does not wait wins.
 */
function inOrder(claims: readonly SingletonClaim[]): SingletonClaim[] {
  const byKey = new Map<string, SingletonClaim>()
  for (const claim of claims) if (byKey.get(claim.key)?.whenBusy !== 'reject') byKey.set(claim.key, claim)
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** What another run gave can only be the answer of a whole line: within a longer one, or for other rooms, it waits its turn. */
function waits({ key, whenBusy }: SingletonClaim): SingletonClaim {
  return { key, whenBusy: whenBusy === 'join' ? 'queue' : whenBusy }
}

function listOf<T>(value: T | null): T[] {
  return value === null ? [] : [value]
}

export function hasSecrets(command: Command): boolean {
  return command.options.some((option) => option.secret)
}
