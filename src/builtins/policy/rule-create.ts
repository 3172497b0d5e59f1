/** `rule create`: a rule of the site's own. Network: D1, and the platform for rooms that have no name in Pawl yet. */
import * as z from 'zod'
import { code, md } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { selectNewest } from '../../db/policy-lists.ts'
import { applyChanges } from '../../policy/document/apply.ts'
import type { PolicyDocument } from '../../policy/document/model.ts'
import { namesIn, resolveNames, ruleKey } from '../../policy/document/names.ts'
import type { Rule, RuleNames } from '../../policy/tree.ts'
import { houseOf } from '../house.ts'
import { refuseRulesOf, refuseStrangers } from './access.ts'
import { changePolicy } from './change.ts'
import { idOf } from './expectations.ts'
import { readRule, refusal, textOfWords, withRooms, withUsers } from './rule-text.ts'
import { changeView, consequencesOf } from './shown.ts'
import { namesShown } from './trace.ts'

export default defineCommand({
  name: 'rule create',
  summary: 'Add a rule: what a command requires, or that it is open or forbidden',
  description:
    'Rules of your own commands need policy: with the first word of the command, or pawl:admin; rules of built-in commands need pawl:admin. Put the whole rule in single quotes when it holds quotes, < or > itself.',
  options: {
    rule: z
      .array(z.string())
      .min(1)
      .meta({ words: true })
      .describe('The rule, as in: when command is deploy must have deploy:run'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all because a team may own its commands; the handler asks for pawl:admin or policy:<first word>.
  rules: ['when command is rule:create allow'],
  examples: [
    ['rule create when command is deploy with option[env] == prod must have deploy:prod', 'prod needs more'],
    [
      'rule create when command is deploy with option[env] == prod must have deploy:prod approved by 2 of deploy:approve',
      'and two others who agree',
    ],
    [
      `rule create 'when command is deploy with not channel == "#ops" forbid because "deploy where we all see it"'`,
      'a room',
    ],
  ],
  async handler({ rule: words }, ctx) {
    refuseStrangers(ctx)
    const typed = readRule(textOfWords(words))
    refuseRulesOf(ctx, typed.command)
    const rule = await withUsers(ctx, typed)
    let saved: { text: string; names: RuleNames } = { text: rule.text, names: {} }
    const made = await changePolicy(ctx, {
      people: namesIn(rule).user.map((name) => name.replace(/^@/, '')),
      async plan(document) {
        const roomed = await withRooms(ctx, rule, document)
        saved = { text: roomed.rule.text, names: namesOf(roomed.rule, document, roomed.changes) }
        const same = document.rules.find((other) => ruleKey(other) === ruleKey(saved))
        if (same?.enabled === false)
          throw new CommandFailure(`rule ${same.id} says so already, but is disabled: type rule enable ${same.id}`)
        return same ? [] : [...roomed.changes, { kind: 'rule.add', ...saved, enabled: true }]
      },
      read: selectNewest(houseOf(ctx).db, 'rules'),
    })
    return { id: idOf(made?.found), rule: saved.text, names: namesShown(saved.names), ...consequencesOf(made) }
  },
  view: ([record]) => {
    const names = record.names.length === 0 ? md`` : md` (${record.names.join(', ')})`
    return changeView(md`Rule ${record.id}: ${code(record.rule)}${names}`, record)
  },
})

/** What the names stand for, the new rooms among them; refuses those that stand for nothing, with the place. */
function namesOf(rule: Rule, document: PolicyDocument, rooms: Parameters<typeof applyChanges>[1]): RuleNames {
  const roomed = applyChanges(document, rooms)
  if (!roomed.ok) throw new CommandFailure(roomed.message)
  const resolved = resolveNames(rule, roomed.document)
  if (!resolved.ok) throw refusal(rule.text, resolved)
  return resolved.names
}
