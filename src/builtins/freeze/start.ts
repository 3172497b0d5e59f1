/** `freeze start`: from now on commands that change something do not start. Network: D1, and the platform for rooms in a condition. */
import * as z from 'zod'
import { auditEvent } from '../../audit/event.ts'
import { maskTokens } from '../../audit/tokens.ts'
import { code, md, personName } from '../../chat/markdown.ts'
import type { Context } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { parseDuration } from '../../command/duration.ts'
import { CommandFailure } from '../../command/failure.ts'
import { readMoment } from '../../data/moment.ts'
import { endLapsed, insertFreeze, selectNextFreeze } from '../../db/freezes.ts'
import { FREEZE } from '../../policy/house-permissions.ts'
import type { Freeze } from '../../policy/site.ts'
import { houseOf } from '../house.ts'
import { knownPermission } from '../policy/access.ts'
import { endOf } from '../policy/until.ts'
import { changeFreezes } from './change.ts'
import { commandsNamed, conditionFor, readCommands } from './scope.ts'
import { reachText, untilShown } from './shown.ts'

/** It stands in every refusal. */
const REASON_MAX = 200

/** Each is held against every command that changes something; nobody keeps track of more. */
const FREEZES_MAX = 50

const REASON_WRONG = `take 1 to ${REASON_MAX} characters, as in freeze start 'release of v42'`

const UNTIL_WRONG =
  'is no time: write it as 2h or 2026-12-01T18:00Z (on a line, a reason of several words stands in quotes)'

export default defineCommand({
  name: 'freeze start',
  summary: 'Stop commands that change something, until you end it',
  description:
    "Pawl's own commands and dry runs go on, and so does what is at work already; what waits in the queue is refused at its start. What waits for an approval has to be asked for again.",
  options: {
    reason: z.string().trim().min(1).refine(isReason, REASON_WRONG).describe('Why: stands in every refusal'),
    until: z
      .string()
      .refine(isEnd, UNTIL_WRONG)
      .optional()
      .describe('Until when, as 2h or 2026-12-01T18:00Z; until freeze end unless told'),
    commands: z.string().max(500).optional().describe('Only these, and groups of yours, as deploy or infra:*'),
    where: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('Only where this holds, as rules say it: option[env] == prod'),
    except: z.string().max(100).optional().describe('Whoever holds this permission is not stopped'),
  },
  check: {
    until: ({ until }, ctx) => endAsked(until, ctx.now()),
    commands: ({ commands }, ctx) => commandsNamed(ctx, commands),
    where: ({ where, commands }, ctx) => {
      const read = readCommands(ctx, commands)
      // What is wrong with the commands is said there; until then it is a condition for all.
      return conditionFor(ctx, where, read.ok ? read.names : null)
    },
    except: ({ except }, ctx) => permissionNamed(ctx, except),
  },
  input: 'none',
  effects: 'write',
  rules: [`when command is freeze:start must have ${FREEZE}`],
  examples: [
    ['freeze start #release --until 2h', 'everything, for two hours'],
    [
      `freeze start 'end of year' --until 2027-01-04 --where 'option[env] == prod' --except deploy:approve`,
      'production, but for some',
    ],
  ],
  async handler({ reason: typed, until: end, commands: named, where, except }, ctx) {
    const reason = reasonOf(typed)
    const until = endAsked(end, ctx.now())
    const commands = commandsNamed(ctx, named)
    const exceptPermission = permissionNamed(ctx, except)
    const { identity, db } = houseOf(ctx)
    const freeze = await changeFreezes(ctx, async () => {
      const { version, ...conditioned } = await conditionFor(ctx, where, commands)
      const now = ctx.now()
      const made: Freeze = {
        id: await nextId(ctx),
        reason,
        commands,
        ...conditioned,
        exceptPermission,
        byName: identity().user ?? ctx.actor.id,
        startedAt: now,
        until,
      }
      const after = [`reason ${reason}`, `stops ${stops(made)}`, `until ${untilText(until) ?? 'somebody ends it'}`]
      const event = auditEvent(now, 'freeze.started', ctx.actor, { run: ctx.run, freeze: made.id, before: null, after })
      return { version, statements: [endLapsed(db, now), insertFreeze(db, made)], event, made }
    })
    return { freeze: freeze.id, reason, stops: stops(freeze), until: untilText(until), by: freeze.byName }
  },
  view: ([{ freeze, reason, stops, until, by }]) =>
    md`**Frozen** by ${personName(by, 'an administrator')} ${untilShown(until)}: ${reason}. It stops ${stops}. ${code(`freeze end ${freeze}`)} ends it.`,
})

function reasonOf(typed: string): string {
  return maskTokens(typed.replace(/^#\s*/, ''))
}

function isReason(typed: string): boolean {
  const { length } = reasonOf(typed)
  return length > 0 && length <= REASON_MAX
}

/** Refuses an end that is past. */
function endAsked(end: string | undefined, now: number): number | null {
  return endOf(end !== undefined && parseDuration(end) !== null ? { for: end } : { until: end }, now)
}

function permissionNamed(ctx: Context, typed: string | undefined): string | null {
  return typed === undefined ? null : knownPermission(ctx, typed)
}

/** Whether it reads as an end at all; that it is to come is known when it starts. */
function isEnd(text: string): boolean {
  const length = parseDuration(text)
  return length === null ? /^\d{4}-/.test(text) && readMoment(text, 0) !== null : length > 0
}

async function nextId(ctx: Context): Promise<number> {
  const next = await selectNextFreeze(houseOf(ctx).db, ctx.now()).first<{
    id: number
    holding: number | null
  }>()
  if ((next?.holding ?? 0) >= FREEZES_MAX)
    throw new CommandFailure(`there are ${FREEZES_MAX} freezes: end one of them first, see freeze list`)
  return next?.id ?? 1
}

function stops({ commands, condition, exceptPermission }: Freeze): string {
  return reachText({ commands, condition, except: exceptPermission })
}

function untilText(until: number | null): string | null {
  return until === null ? null : new Date(until).toISOString()
}
