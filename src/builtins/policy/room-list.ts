/** `room list`: the rooms that rules and expectations speak of, by the names that they have in the policy. Network: D1. */
import { defineCommand } from '../../command/define.ts'
import { loadDocument } from '../../db/document.ts'
import { namesIn } from '../../policy/document/names.ts'
import { parseRule } from '../../policy/rule-parse.ts'
import { houseOf } from '../house.ts'
import { adminRule } from './access.ts'

export default defineCommand({
  name: 'room list',
  summary: 'List the rooms that rules and expectations name',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('room list')],
  examples: [['room list', 'each name, and the room that it stands for']],
  async handler(_, ctx) {
    const { document } = await loadDocument(houseOf(ctx).db, ctx.now(), [])
    const named = document.rules.flatMap(({ text }) => {
      const parsed = parseRule(text)
      return parsed.ok ? namesIn(parsed.rule).channel : []
    })
    return [...document.rooms].sort().map(([room, ref]) => ({
      room,
      ref,
      rules: named.filter((name) => name === room).length,
    }))
  },
})
