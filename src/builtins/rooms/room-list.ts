/** `room list`: the rooms that rules and expectations name, and those that have settings. Network: D1. */
import { plain } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { columns } from '../../command/usage.ts'
import { loadDocument } from '../../db/document.ts'
import { namesIn } from '../../policy/document/names.ts'
import { parseRule } from '../../policy/rule-parse.ts'
import { houseOf } from '../house.ts'
import { adminRule } from '../policy/access.ts'
import { useText } from './shown.ts'

/** Rows of the view; the records are all there for a pipe. */
const ROWS_MAX = 25

export default defineCommand({
  name: 'room list',
  summary: 'List the rooms that rules and expectations name, and those that have settings',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('room list')],
  examples: [['room list', 'each name, the room that it stands for, and how it is used']],
  empty: 'No room is named by a rule or has settings. room set gives one settings, as in room set #ops --thread.',
  async handler(_, ctx) {
    const { db, policy } = houseOf(ctx)
    const { document } = await loadDocument(db, ctx.now(), [])
    const named = document.rules.flatMap(({ text }) => {
      const parsed = parseRule(text)
      return parsed.ok ? namesIn(parsed.rule).channel : []
    })
    const refs = new Set(document.rooms.values())
    const unnamed = [...policy.site.rooms.values()].filter(({ ref }) => !refs.has(ref))
    const rooms = [...document.rooms, ...unnamed.map(({ name, ref }) => [name, ref] as const)]
    return rooms.sort().map(([room, ref]) => {
      const { practice = false, thread = false, answersOf = [] } = policy.site.rooms.get(ref) ?? {}
      const rules = named.filter((name) => name === room).length
      return { room, ref, rules, practice, thread, answers_of: [...answersOf] }
    })
  },
  view: (records) => {
    const rows = records.slice(0, ROWS_MAX).map((room): [string, string] => [room.room, useText(room)])
    const more = records.length - rows.length
    return [
      { kind: 'code', text: columns(rows) },
      ...(more > 0
        ? [{ kind: 'note', text: plain(`${more} more: room list | filter --path room --matches …`) } as const]
        : []),
    ]
  },
})
