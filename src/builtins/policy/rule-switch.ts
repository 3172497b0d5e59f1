/** `rule delete`, `rule disable`, `rule enable`: one of the site's rules, by its number. Network: D1. */
import * as z from 'zod'
import { code, md } from '../../chat/markdown.ts'
import type { Command } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { changePolicy } from './change.ts'
import { findRule } from './rule-records.ts'
import { changeView, consequencesOf } from './shown.ts'

const ACTIONS = [
  ['delete', 'remove', 'Delete', 'Deleted', 'it is gone'],
  ['disable', 'disable', 'Switch off', 'Disabled', 'it decides nothing until it is enabled'],
  ['enable', 'enable', 'Switch on', 'Enabled', 'it counts again'],
] as const

export const ruleSwitches: readonly Command[] = ACTIONS.map(([name, action, verb, done, effect]) =>
  defineCommand({
    name: `rule ${name}`,
    summary: `${verb} one of the site's rules`,
    options: { id: z.int().min(1).describe('Its number, from rule list') },
    input: 'none',
    effects: 'write',
    answer: 'private',
    // Open to all because a team may own its commands; the handler asks for pawl:admin or policy:<first word>.
    rules: [`when command is rule:${name} allow`],
    examples: [[`rule ${name} 3`, effect]],
    async handler({ id }, ctx) {
      const { rule } = await findRule(ctx, id)
      const made = await changePolicy(ctx, {
        plan(document) {
          // By number: what was looked at may have been changed meanwhile.
          const now = document.rules.find((one) => one.id === id)
          if (!now) throw new CommandFailure(`rule ${id} was deleted at this moment`)
          if (action !== 'remove' && now.enabled === (action === 'enable')) return []
          return [{ kind: `rule.${action}`, text: now.text, names: now.names }]
        },
      })
      return { id, rule: rule.text, ...consequencesOf(made) }
    },
    view: ([record]) => changeView(md`${done} rule ${record.id}: ${code(record.rule)}`, record),
  }),
)
