/**
 * Buttons from results: the lines that an answer offers are checked when it is made, stored with its run, and found again when one of
 * them is pressed. Network: D1, and only for `run action`.
 */
import { actionButton } from '../chat/button.ts'
import type { Invocation } from '../chat/invocation.ts'
import { oneLine } from '../chat/label.ts'
import { plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { NextCommand } from '../command/command.ts'
import { MASK } from '../command/redact.ts'
import type { Registry } from '../command/registry.ts'
import type { Database } from '../db/database.ts'
import { type RunRow, selectRun } from '../db/runs.ts'
import { hasSecrets } from '../engine/assemble.ts'
import type { Plan, RunnablePlan } from '../engine/plan.ts'
import { planInput } from '../engine/planner.ts'
import { isOwn, wasToldHere } from './visibility.ts'

/** One row of buttons on Discord; who has to choose among more is better served by help. */
export const ACTIONS_MAX = 5

/** Slack's limit for the text of a button. */
const LABEL_MAX = 75

/** As much of a line as is shown and kept anywhere else. */
const LINE_MAX = 500

/** The key of the command that a press stands for; its line is written out before it would run. */
const ACTION = 'run:action'

/** What stands for another line, and is written out only where it was typed or pressed itself. */
const STAND_INS: ReadonlySet<string> = new Set([ACTION, 'run:retry'])

/** What an answer offers: kept with its run, and shown under it. */
export interface Offer {
  readonly actions: readonly NextCommand[]
  readonly blocks: readonly Block[]
}

/**
 * The buttons of an answer.
 *
 * @param clean what people may read of a text: a line that it would change holds a secret, and is left out
 * @throws Error for what a module must not offer; its text says what to mend
 */
export function offerActions(
  registry: Registry,
  { run, platform }: { readonly run: string; readonly platform: string },
  actions: readonly NextCommand[],
  clean: (text: string) => string,
): Offer {
  if (actions.length > ACTIONS_MAX)
    throw new Error(`it offers ${actions.length} buttons, and at most ${ACTIONS_MAX} fit`)
  // What is masked in the records that a line was made of is masked in the line, too: nobody could run that.
  const known = actions.filter(({ run: line }) => !line.includes(MASK) && clean(line) === line)
  if (known.length === 0) return { actions: [], blocks: [] }
  const checked = known.map(({ label, run: line }) => {
    const shown = oneLine(clean(label))
    if (shown === '' || label.length > LABEL_MAX)
      throw new Error(`the label of a button has 1 to ${LABEL_MAX} characters that can be seen`)
    const problem = lineProblem(registry, platform, line)
    if (problem !== null) throw new Error(`its button "${shown}" cannot be offered: ${problem}`)
    return { label: shown, run: line }
  })
  const buttons = checked.map(({ label }, i) => actionButton(run, i + 1, label))
  return { actions: checked, blocks: [{ kind: 'buttons', buttons }] }
}

/** Why a line cannot stand behind a button; null when it can. */
function lineProblem(registry: Registry, platform: string, line: string): string | null {
  if (line.length > LINE_MAX) return `its line is longer than ${LINE_MAX} characters`
  const plan = planInput(registry, { kind: 'line', text: line, plain: true }, platform)
  if (plan.commands.some(hasSecrets)) return 'its line has a command with secret options, and is stored'
  // A line whose form is asked for, or that lacks options, opens that form.
  if (!plan.ok && plan.form === undefined) return 'its line is none that could run'
  return plan.commands.some(({ key }) => STAND_INS.has(key)) ? 'run retry and run action are pressed themselves' : null
}

/** True for `run action` alone on its line; in a pipeline, or with a redirect, the command itself refuses. */
export function isPress(plan: Plan): plan is RunnablePlan {
  return plan.ok && plan.stages.length === 1 && plan.targets.length === 0 && plan.stages[0].command.key === ACTION
}

/** A button of an answer that was pressed. */
export interface Pressed {
  /** The run whose answer offered it. */
  readonly run: string
  /** What the press stands for: `run action <run> <n>`, which is authorised, too. */
  readonly plan: RunnablePlan
}

/**
 * The line behind a button, for whoever may see the answer that it stands under. Null in all other cases, which nobody can tell
 * apart. Throws when D1 cannot be asked.
 */
export async function findAction(
  db: Database,
  asking: Pick<Invocation, 'actor' | 'channel'>,
  { stages: [{ args }] }: RunnablePlan,
): Promise<{ readonly row: RunRow; readonly line: string } | null> {
  const run = String(args?.run)
  const row = await selectRun(db, run).first<RunRow>()
  if (!row?.actions || !(isOwn(asking.actor, row) || wasToldHere(asking, row))) return null
  const actions = JSON.parse(row.actions) as NextCommand[]
  const line = actions[Number(args?.number) - 1]?.run
  return line === undefined ? null : { row, line }
}

/** What is said where there is nothing to press. */
export const noSuchButton: readonly Block[] = [
  {
    kind: 'text',
    text: plain('There is no such button. Nothing was run; ask for the answer again, or type what you want.'),
  },
]
