/**
 * Completion while something is typed: as much as the person may run, within the platform's 3 s. Runs nothing, records nothing;
 * what is slow or fails gives nothing. Network: D1, one trip, and what a module's completer uses.
 */
import { type CompletionHouse, HOUSE } from '../builtins/house.ts'
import type { Asking, TypedField, TypedOption } from '../chat/hall.ts'
import type { Invocation } from '../chat/invocation.ts'
import { bindTyped } from '../command/bind.ts'
import type { Command, Option } from '../command/command.ts'
import { completeLine, type ValuesOf } from '../command/complete-line.ts'
import { choicesOf, fits, lastWord, offered } from '../command/complete-value.ts'
import { servesWorkspace } from '../config.ts'
import { type FormRow, selectForm } from '../db/forms.ts'
import { type Draft, typedIn } from '../form/draft.ts'
import { COMMAND_FIELD } from '../form/other-forms.ts'
import { readForm } from '../form/read.ts'
import type { Json } from '../json.ts'
import { isOffered, placeOf, requestOf } from '../policy/ask.ts'
import { decide } from '../policy/decide.ts'
import { BUILTINS } from './context.ts'
import { ADMISSION_BUDGET_MS } from './limits.ts'
import { messageOf, type Services } from './services.ts'
import { type Asker, askerStatements, readAsker } from './subject.ts'
import { within } from './within.ts'

/** Lines that complete the typed one. Never throws. */
export async function complete(services: Services, who: Asking, typed: string): Promise<readonly string[]> {
  return await withinBudget(services, who, async (signal) => {
    const asker = await askerOf(services, who)
    if (!asker) return []
    const allowed = services.registry.all().filter((command) => isOffered(asker, command))
    const values: ValuesOf = async (command, option, word) =>
      // What else stands on the line is not read here: the room is known all the same.
      isPossibleWith(asker, who, command, option, new Map())
        ? await valuesOf(services, asker, who, command, option, word, signal)
        : []
    // Lines are completed in Discord, where only what is asked inside a thread can be answered in one.
    return await completeLine(services.registry, allowed, typed, values, who.channel.parent !== undefined)
  })
}

/** Values of one option of a command that the person may run with what else is known. Never throws. */
export async function completeOption(
  services: Services,
  who: Asking,
  { path, option: name, typed, others }: TypedOption,
): Promise<readonly string[]> {
  return await withinBudget(services, who, async (signal) => {
    const command = services.registry.byKey(path.join(':'))
    const option = command?.options.find((one) => one.name === name)
    const asker = command && option ? await askerOf(services, who) : null
    if (!command || !option || !asker) return []
    if (!isPossibleWith(asker, who, command, option, others)) return []
    const { before, word } = option.list ? lastWord(typed) : { before: '', word: typed }
    const values = await valuesOf(services, asker, who, command, option, word, signal)
    return offered(values.map((value) => before + value))
  })
}

/** Whether the person may run a command in that room with what is known of its options beside the one that is being typed. */
function isPossibleWith(
  { policy, subject }: Asker,
  { actor, channel }: Asking,
  command: Command,
  option: Option,
  others: ReadonlyMap<string, Json>,
): boolean {
  const bound = bindTyped(command, new Map([...others].filter(([other]) => other !== option.name)))
  const known = bound.ok ? bound.args : bound.known
  return decide(policy, requestOf(subject, placeOf(actor, channel), command, known)).allowed
}

/** Values of a field of the person's own form, with what stands in its other fields, now or from an earlier step. Never throws. */
export async function completeField(
  services: Services,
  who: Pick<Asking, 'actor' | 'standing'>,
  { form, field, typed, values }: TypedField,
): Promise<readonly string[]> {
  return await withinBudget(services, who, async (signal) => {
    const db = services.openDb()
    const { actor } = who
    const [found, ...asked] = await db.batch([
      selectForm(db, form, actor, services.now()),
      ...askerStatements(services, db, actor),
    ])
    const row = found?.results[0] as FormRow | undefined
    const asker = row ? await readAsker(services, db, who, asked) : null
    if (!row || !asker) return []
    if (row.kind === 'pick') return field === COMMAND_FIELD ? namesOf(services, asker, typed) : []
    const command = services.registry.byKey(row.command ?? '')
    const option = command?.options.find(({ name }) => name === field)
    if (!command || !option) return []
    const asking = { ...who, channel: JSON.parse(row.channel) as Invocation['channel'] }
    const { values: before } = JSON.parse(row.typed) as Draft
    const { raw } = readForm(command, (name) =>
      values.has(name) ? values.get(name) : typedIn({ values: before }, name),
    )
    if (!isPossibleWith(asker, asking, command, option, new Map(Object.entries(raw)))) return []
    return await valuesOf(services, asker, asking, command, option, typed, signal)
  })
}

async function askerOf(services: Services, who: Pick<Asking, 'actor' | 'standing'>): Promise<Asker | null> {
  const db = services.openDb()
  return await readAsker(services, db, who, await db.batch(askerStatements(services, db, who.actor)))
}

/** Commands that the person may run, those that begin as typed first. What makes sense only after a pipe is not offered. */
function namesOf({ registry }: Services, asker: Asker, typed: string): readonly string[] {
  const part = typed.trim().toLowerCase()
  const names = registry
    .all()
    .filter((command) => command.slash && command.name.includes(part) && isOffered(asker, command))
    .map(({ name }) => name)
  const first = names.filter((name) => name.startsWith(part))
  return offered([...first, ...names])
}

/** What may be given for an option: its choices, or what its module's completer says, as far as the option takes it. */
async function valuesOf(
  services: Services,
  { policy, subject }: Asker,
  { actor, channel }: Asking,
  command: Command,
  option: Option,
  typed: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const choices = choicesOf(option, typed)
  if (choices !== null || !option.complete) return offered(choices ?? [])
  const { now, fetch, setting } = services
  try {
    const context = { actor, channel, signal, now, fetch, setting }
    const house: CompletionHouse = { db: services.openDb(), policy, subject }
    const given = BUILTINS.has(command) ? Object.assign(context, { [HOUSE]: house }) : context
    const found: unknown = await command.complete(option.name, typed, given)
    return offered(Array.isArray(found) ? found.filter((value) => fits(command, option, value)) : [])
  } catch (error) {
    // What stops because the time is over is told there.
    if (!signal.aborted)
      services.log('no completion', { command: command.key, option: option.name, error: messageOf(error) })
    return []
  }
}

/** What is found in time; nothing for a workspace that is not served. */
async function withinBudget(
  services: Services,
  { actor }: Pick<Asking, 'actor'>,
  find: (signal: AbortSignal) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  if (!servesWorkspace(services.config, actor.platform, actor.workspace)) return []
  try {
    return await within(ADMISSION_BUDGET_MS, find)
  } catch (error) {
    services.log('no completion', { error: messageOf(error) })
    return []
  }
}
