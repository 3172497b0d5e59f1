/** What kind of run the stages of a line make together. Pure. */
import { code, md } from '../chat/markdown.ts'
import { type Care, joinCare, NO_CARE } from '../command/care.ts'
import type { Command, SingletonClaim } from '../command/command.ts'
import { type Flags, NO_FLAGS } from '../command/flags.ts'
import type { PawlRecord } from '../json.ts'
import type { Target } from '../runs/courier.ts'
import type { Plan, PlannedStage, RefusedPlan, RunnablePlan } from './plan.ts'
import { startHere } from './refusals.ts'

/** A dry run answers where it was asked, so it has as long as what runs inside a request (`definition-checks.ts`). */
const DRY_MS = 25_000

/** What kind of run the stages make together. */
export function runnable(
  line: string,
  planned: readonly PlannedStage[],
  targets: readonly Target[] = [],
  flags: Flags = NO_FLAGS,
  record: PawlRecord | null = null,
): Plan {
  const mute = flags.dryRun ? planned.find(({ command }) => isMute(command)) : undefined
  if (mute) {
    const { name } = mute.command
    const text = md`${code(name)} cannot say what it would do: its module has no \`dryRun\`. Leave \`--dry-run\` out, or ask with \`plan\` before the line what would run. Nothing was run.`
    const commands = planned.map(({ command }) => command)
    return refused(line, 'usage', commands, () => [{ kind: 'text', text }])
  }
  return assembled(line, planned, targets, flags, record)
}

/** The same line with nothing changed by it; what cannot say what it would do stops it there. */
export function dryPlan({ line, stages, targets, because, record }: RunnablePlan): Plan {
  return assembled(line, stages, targets, { ...NO_FLAGS, dryRun: true, because }, record)
}

/** True for a command that changes something and cannot say what it would change. */
export function isMute({ effects, dryRun }: Command): boolean {
  return effects === 'write' && dryRun === null
}

/** True for the one command that counts as one that reads, and still keeps something in Pawl; no module can take its name. */
export function storesRecords({ key }: Pick<Command, 'key'>): boolean {
  return key === 'tee'
}

/** True for a command that a dry run executes: what somebody's word is needed to read, it must not read either. */
export function readsForReal({ effects, dryRun }: Pick<Command, 'effects' | 'dryRun'>): boolean {
  return effects === 'read' && dryRun === null
}

function assembled(
  line: string,
  planned: readonly PlannedStage[],
  targets: readonly Target[],
  { dryRun, because }: Flags,
  record: PawlRecord | null,
): Plan {
  const [first, ...rest] = planned
  if (!first) return refused(line, 'empty', [], startHere)
  const stages = [first, ...rest] as const
  const commands = stages.map(({ command }) => command)
  const claims: SingletonClaim[] = []
  const cares: Care[] = []
  for (const { command, args } of stages) {
    if (args === null) {
      cares.push(NO_CARE)
      continue
    }
    try {
      claims.push(...listOf(command.singleton(args)))
      const care = command.care(args)
      cares.push(!dryRun || readsForReal(command) ? care : NO_CARE)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      const text = md`${command.name} cannot say which lock or approval it needs: ${detail}. Nothing was run; its module needs mending.`
      return refused(line, 'unsupported', commands, () => [{ kind: 'text', text }])
    }
  }
  // What changes nothing needs no lock, and nobody has to wait for it.
  if (dryRun) claims.length = 0
  const mode = !dryRun && (claims.length > 0 || commands.some(({ run }) => run === 'job')) ? 'job' : 'inline'
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
    effects: !dryRun && commands.some(({ effects }) => effects === 'write') ? 'write' : 'read',
    // Waiting for a lock is the queue's work: a run that needs one is a job.
    mode,
    retry: risky.every(({ retry }) => retry === 'safe') ? 'safe' : 'unsafe',
    answer: commands.some(({ answer }) => answer === 'private') ? 'private' : 'channel',
    timeoutMs: Math.min(
      Math.max(...commands.map(({ timeoutMs }) => timeoutMs)),
      dryRun ? DRY_MS : Number.POSITIVE_INFINITY,
    ),
    startWithinMs: Math.min(...commands.map(({ startWithinMs }) => startWithinMs)),
    singletons: inOrder(stages.length === 1 && targets.length === 0 && record === null ? claims : claims.map(waits)),
    care: joinCare(cares),
    cares,
    dry: dryRun,
    because,
    targets,
    record,
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

/** What another run gave can only be the answer of a whole line: within a longer one, on a message, or for other rooms, it waits its turn. */
function waits({ key, whenBusy }: SingletonClaim): SingletonClaim {
  return { key, whenBusy: whenBusy === 'join' ? 'queue' : whenBusy }
}

function listOf<T>(value: T | null): T[] {
  return value === null ? [] : [value]
}

export function hasSecrets(command: Command): boolean {
  return command.options.some((option) => option.secret)
}
