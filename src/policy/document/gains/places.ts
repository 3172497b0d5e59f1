/** The places that could make a difference to rules: the rooms that they name, another room, a direct message. Pure. */
import { ROOM_REF } from '../../names.ts'
import type { Place } from '../../request.ts'
import { literalsOf } from '../../rule-check-option.ts'
import type { Literal, Test } from '../../tree.ts'
import type { PolicyDocument } from '../model.ts'
import { roomNamesOf } from '../names.ts'
import { sampleOf } from './sample.ts'

export interface PlaceChoice {
  readonly value: Place
  /** `in #ops`. */
  readonly shown: string
}

/** Rooms that one command's rules name, as far as they are tried. */
const PLACES_MAX = 40

const OTHER_WORKSPACE = '(another workspace)'
const OTHER_ROOM = '(another room)'

/** What every place of a policy is called, read once for all commands. */
export interface RoomNames {
  /** `#ops` → `slack:C123`, all that it stands for in either policy. */
  readonly refs: ReadonlyMap<string, ReadonlySet<string>>
  /** `slack:C123` → `#ops`. */
  readonly names: ReadonlyMap<string, string>
}

export function roomNamesIn(documents: readonly PolicyDocument[]): RoomNames {
  const refs = new Map<string, Set<string>>()
  const add = ([name, ref]: readonly [string, string]) => refs.set(name, (refs.get(name) ?? new Set()).add(ref))
  for (const { rooms, rules } of documents) {
    for (const room of rooms) add(room)
    for (const { names } of rules) for (const room of Object.entries(names.channel ?? {})) add(room)
  }
  return { refs, names: new Map(documents.flatMap((document) => [...roomNamesOf(document)])) }
}

/** The places to try for rules with these tests, the plainest first. */
export function placesOf(tests: readonly Test[], { refs, names }: RoomNames): readonly PlaceChoice[] {
  const textsOf = (kind: 'channel' | 'platform' | 'workspace') => [
    ...new Set(tests.flatMap(({ ref, check }) => (ref.kind === kind ? literalsOf(check).flatMap(textOf) : []))),
  ]
  const asks = (kind: 'channel' | 'platform' | 'workspace') => tests.some(({ ref }) => ref.kind === kind)
  const rooms = textsOf('channel').flatMap((name) => [...(refs.get(name) ?? (ROOM_REF.test(name) ? [name] : []))])
  const platforms = [...new Set(['slack', 'discord', ...textsOf('platform')])].slice(
    0,
    asks('platform') ? undefined : 1,
  )
  const workspaces = [OTHER_WORKSPACE, ...textsOf('workspace')]
  const found: PlaceChoice[] = []
  for (const workspace of workspaces) {
    const site = workspace === OTHER_WORKSPACE ? '' : ` of ${workspace}`
    for (const platform of platforms) {
      const on = `${asks('platform') ? ` on ${platform}` : ''}${site}`
      const other = { platform, workspace, channel: `${platform}:${OTHER_ROOM}` }
      found.push({ value: other, shown: asks('channel') ? `in another room${on}` : on.trim() })
      if (asks('channel'))
        found.push({ value: { platform, workspace, channel: null }, shown: `in a direct message${on}` })
    }
    for (const channel of new Set(rooms)) {
      const platform = channel.slice(0, channel.indexOf(':'))
      found.push({ value: { platform, workspace, channel }, shown: `in ${names.get(channel) ?? channel}${site}` })
    }
  }
  return found.slice(0, PLACES_MAX)
}

function textOf(literal: Literal): string[] {
  if (literal.kind === 'pattern') return sampleOf(literal.source)
  return literal.kind === 'text' ? [literal.text] : []
}
