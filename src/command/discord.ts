/**
 * Discord's registration of the commands: the JSON array for `PUT /applications/{id}/commands`. Pure.
 * Limits: Discord's documentation, "Application Commands".
 */
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandOption,
  APIApplicationCommandSubcommandOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from 'discord-api-types/v10'
import type { Command, Option } from './command.ts'
import { asksWhy, BECAUSE_MAX } from './flags.ts'

/** Chat-input commands per application. */
const COMMANDS_MAX = 100
/** Options, subcommands or groups under one name. */
const CHILDREN_MAX = 25
const CHOICES_MAX = 25
const CHOICE_LENGTH_MAX = 100
const DESCRIPTION_MAX = 100
/** min_length and max_length of a text option. */
const TEXT_LENGTH_MAX = 6_000
/** Names, descriptions and values of one command together. */
const CHARACTERS_MAX = 8_000

const SUBCOMMAND = 1
const GROUP = 2
/** The type of a command on a message. */
const MESSAGE = 3
const TYPES = { string: 3, integer: 4, boolean: 5, user: 6, channel: 7, number: 10 } as const

type ChatInput = RESTPostAPIChatInputApplicationCommandsJSONBody

/** A command on a message has no options. */
type OnMessage = RESTPostAPIContextMenuApplicationCommandsJSONBody & { readonly options?: undefined }

export type DiscordCommand = ChatInput | OnMessage

/** The command on a message: it asks for a line, which gets the message as its first record. */
export const MESSAGE_COMMAND = 'Run with Pawl…'

export interface DiscordRegistration {
  readonly commands: readonly DiscordCommand[]
  /** What Discord cannot offer under its own name and is reached as `/pawl …`, in words for the operator. */
  readonly notes: readonly string[]
}

/**
 * Every command of the install that has a slash command of its own as Discord's array, with `/pawl` in front and the one on
 * messages at the end. A guild's registration carries no `contexts`:
 * Discord takes them for global commands only.
 */
export function discordRegistration(
  commands: readonly Command[],
  scope: 'global' | 'guild' = 'global',
): DiscordRegistration {
  const notes: string[] = []
  // Guilds only: a direct message names no guild, and an actor without one has no identity here.
  const place = scope === 'global' ? { contexts: [0], integration_types: [0] } : {}
  const tops = new Map<string, Command[]>()
  for (const command of commands) {
    if (!command.slash) continue
    const top = command.path[0] ?? ''
    tops.set(top, [...(tops.get(top) ?? []), command])
  }
  const registered: DiscordCommand[] = [{ ...rootCommand(), ...place }]
  for (const [top, members] of tops) {
    const full = { ...topCommand(top, members, [], true), ...place }
    // What every command has beside its own options can be typed after /pawl: it gives way.
    const bare = { ...topCommand(top, members, notes, false), ...place }
    const built = characters(full) > CHARACTERS_MAX ? bare : full
    const size = characters(built)
    if (size > CHARACTERS_MAX)
      notes.push(`${top}: its ${size} characters are more than Discord's ${CHARACTERS_MAX}; use /pawl ${top} …`)
    else if (registered.length === COMMANDS_MAX)
      notes.push(`${top}: Discord takes ${COMMANDS_MAX} commands, and /pawl is one; use /pawl ${top} …`)
    else registered.push(built)
  }
  registered.push({ name: MESSAGE_COMMAND, type: MESSAGE, ...place })
  return { commands: registered, notes }
}

function rootCommand(): ChatInput {
  return {
    name: 'pawl',
    type: 1,
    description: 'Run a command line',
    options: [
      {
        type: 3,
        name: 'run',
        description: 'A command line, as in: deploy web staging',
        required: true,
        autocomplete: true,
      },
    ],
  } satisfies ChatInput
}

/** @param flags whether options that every command has are offered, too */
function topCommand(top: string, members: readonly Command[], notes: string[], flags: boolean): ChatInput {
  const base = members.find(({ path }) => path.length === 1)
  const below = members.filter(({ path }) => path.length > 1)
  if (base && below.length === 0)
    return {
      name: top,
      type: 1,
      description: base.summary,
      options: optionsJson(base, flags),
    } satisfies ChatInput
  if (base) notes.push(`${top}: Discord hides a command that has subcommands; use /pawl ${top} …`)
  return {
    name: top,
    type: 1,
    description: groupSummary(below.map(({ path }) => path[1] ?? '')),
    options: children(top, below, notes, flags),
  } satisfies ChatInput
}

function children(
  top: string,
  members: readonly Command[],
  notes: string[],
  flags: boolean,
): APIApplicationCommandOption[] {
  const byName = new Map<string, Command[]>()
  for (const member of members) {
    const word = member.path[1] ?? ''
    byName.set(word, [...(byName.get(word) ?? []), member])
  }
  const options = [...byName].map(([word, group]): APIApplicationCommandOption => {
    const leaf = group.find(({ path }) => path.length === 2)
    const below = group.filter(({ path }) => path.length === 3)
    if (leaf && below.length === 0) return subcommand(word, leaf, flags)
    if (leaf) notes.push(`${leaf.name}: Discord hides a command that has subcommands; use /pawl ${leaf.name} …`)
    return {
      type: GROUP,
      name: word,
      description: groupSummary(below.map(({ path }) => path[2] ?? '')),
      options: atMost(
        below.map((command) => subcommand(command.path[2] ?? '', command, flags)),
        `${top} ${word}`,
        notes,
      ),
    }
  })
  return atMost(options, top, notes)
}

function subcommand(name: string, command: Command, flags: boolean): APIApplicationCommandSubcommandOption {
  return { type: SUBCOMMAND, name, description: command.summary, options: optionsJson(command, flags) }
}

/** A command's own options, and as far as there is room what can be said of every run of it. */
function optionsJson(command: Command, flags: boolean): APIApplicationCommandBasicOption[] {
  const own = command.options.map(optionJson)
  const more: APIApplicationCommandBasicOption[] = []
  if (command.dryRun !== null)
    more.push({
      type: TYPES.boolean,
      name: 'dry-run',
      description: 'Say what it would do, and do nothing',
      required: false,
    })
  if (asksWhy(command))
    more.push({
      type: TYPES.string,
      name: 'why',
      description: 'The reason, for those who approve it and for the log',
      required: false,
      max_length: BECAUSE_MAX,
    })
  return flags ? [...own, ...more].slice(0, CHILDREN_MAX) : own
}

function atMost<C extends { readonly name: string }>(list: C[], parent: string, notes: string[]): C[] {
  for (const { name } of list.slice(CHILDREN_MAX))
    notes.push(`${parent} ${name}: Discord takes ${CHILDREN_MAX} names under one; use /pawl ${parent} ${name} …`)
  return list.slice(0, CHILDREN_MAX)
}

/** A group has no definition of its own: it is described by what is in it. */
function groupSummary(words: readonly string[]): string {
  const text = [...new Set(words)].join(', ')
  return text.length <= DESCRIPTION_MAX ? text : `${text.slice(0, DESCRIPTION_MAX - 1)}…`
}

/** `defineCommand` has made sure that required options come first, as Discord wants them. */
function optionJson(option: Option): APIApplicationCommandBasicOption {
  const { name, kind, list, required, summary, min, max } = option
  const choices = list ? null : choicesJson(option)
  // Choices that Discord cannot show are completed.
  const complete = option.complete || (!list && option.choices !== undefined && choices === null)
  const base = { name, description: summary, required }
  // Discord has no lists: one text, whose words are the values.
  if (list) return { ...base, type: TYPES.string, ...(complete && { autocomplete: true as const }) }
  switch (kind) {
    case 'string': {
      if (choices) return { ...base, type: TYPES.string, choices }
      return { ...base, type: TYPES.string, ...lengths(min, max), ...(complete && { autocomplete: true as const }) }
    }
    case 'integer':
    case 'number':
      return {
        ...base,
        type: TYPES[kind],
        ...(min !== undefined && { min_value: min }),
        ...(max !== undefined && { max_value: max }),
        ...(complete && { autocomplete: true as const }),
      }
    case 'json':
      return { ...base, type: TYPES.string, ...(complete && { autocomplete: true as const }) }
    case 'boolean':
      return { ...base, type: TYPES.boolean }
    case 'user':
      return { ...base, type: TYPES.user }
    case 'channel':
      return { ...base, type: TYPES.channel }
  }
}

/** Null when Discord could not show all of them: then it is free text, checked when it arrives. */
function choicesJson({ choices }: Option): { name: string; value: string }[] | null {
  if (!choices || choices.length > CHOICES_MAX) return null
  const texts = choices.map(String)
  if (texts.some((text) => text.length > CHOICE_LENGTH_MAX)) return null
  return texts.map((text) => ({ name: text, value: text }))
}

function lengths(min: number | undefined, max: number | undefined): { min_length?: number; max_length?: number } {
  return {
    ...(min !== undefined && min <= TEXT_LENGTH_MAX && { min_length: min }),
    ...(max !== undefined && max >= 1 && max <= TEXT_LENGTH_MAX && { max_length: max }),
  }
}

/** What Discord counts: "name, description, and value properties of each command, its options and choices". */
function characters(node: {
  readonly name?: string
  readonly description?: string
  readonly value?: unknown
  readonly options?: readonly object[] | undefined
  readonly choices?: readonly object[] | undefined
}): number {
  const own = `${node.name ?? ''}${node.description ?? ''}${node.value ?? ''}`.length
  return [...(node.options ?? []), ...(node.choices ?? [])].reduce((sum, child) => sum + characters(child), own)
}
