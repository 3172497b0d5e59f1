/** `rule list`, `rule show`: which rules there are, and what one asks of whom. Network: D1. */
import * as z from 'zod'
import { code, plain } from '../../chat/markdown.ts'
import type { Command, Context } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { loadDocument } from '../../db/document.ts'
import { type HolderRow, MEMBERS_SHOWN, selectPeopleOf } from '../../db/policy-lists.ts'
import { compileRule } from '../../policy/compile.ts'
import { commandOfRule } from '../../policy/document/evaluate.ts'
import { EVERYONE, type PolicyDocument } from '../../policy/document/model.ts'
import { codeCost, PAGE_COST } from '../../view/budget.ts'
import { houseOf } from '../house.ts'
import { mayChangeRules } from './access.ts'
import { groupsWith, rolesWith } from './find.ts'
import { findRule, shippedRecords, siteRecords, speaksOf } from './rule-records.ts'
import { fieldsView, listText } from './shown.ts'
import { namesShown } from './trace.ts'

const ruleList = defineCommand({
  name: 'rule list',
  summary: 'List the rules that you may change: of a command, or of all',
  description: 'Without a command, the rules of built-in commands are listed only with --all.',
  options: {
    all: z.boolean().default(false).describe('Those of built-in commands, too'),
    command: z.array(z.string()).max(3).default([]).describe('Only of this command or group, as in: rule list deploy'),
  },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because a team may own its commands; the handler shows the rules that the asker may change.
  rules: ['when command is rule:list allow'],
  examples: [
    ['rule list', 'those of the site and of its commands'],
    ['rule list deploy', 'all that decide about deploy'],
  ],
  async handler({ command: words, all }, ctx) {
    const command = words.join(':')
    const { document } = await loadDocument(houseOf(ctx).db, ctx.now(), [])
    const records = [...siteRecords(document), ...shippedRecords(ctx, { house: all || command !== '' })]
    const open = records.filter(({ rule }) => mayChangeRules(ctx, commandOfRule(rule)))
    if (open.length === 0) throw new CommandFailure(NOTHING_OPEN)
    if (command === '') return open
    const of = open.filter(({ rule }) => speaksOf(commandOfRule(rule), command))
    if (of.length > 0) return of
    throw new CommandFailure(`there is no rule of ${words.join(' ')} that you may see: a command without a rule is off`)
  },
  // A table would cut them.
  view: (records) => {
    const lines = records.map(({ id, rule, from, enabled }) => {
      const facts = [from, ...(enabled ? [] : ['disabled'])].join(', ')
      return `${String(id ?? '-').padStart(NUMBER_WIDTH)}  ${rule}  (${facts})`
    })
    let cost = 0
    const shown = lines.filter((line, i) => {
      cost += codeCost(line) + 1
      return cost <= PAGE_COST || i === 0
    })
    const more = lines.length - shown.length
    return [
      { kind: 'code', text: shown.join('\n') },
      ...(more > 0 ? [{ kind: 'note', text: plain(`${more} more: ${NARROW}`) } as const] : []),
    ]
  },
})

/** Numbers of rules stand under each other. */
const NUMBER_WIDTH = 4
const NARROW = 'rule list <command>, or rule list | filter --path rule --matches …'

const NOTHING_OPEN =
  'there are no rules that you may see: those of a group of commands need policy: with its first word, as in policy:deploy, or pawl:admin'

const ruleShow = defineCommand({
  name: 'rule show',
  summary: "Show one of the site's rules: what it names, what it asks for, who holds that",
  options: { id: z.int().min(1).describe('Its number, from rule list') },
  input: 'none',
  effects: 'read',
  answer: 'private',
  // Open to all because a team may own its commands; the handler asks for pawl:admin or policy:<first word>.
  rules: ['when command is rule:show allow'],
  examples: [['rule show 3', 'rule number 3']],
  async handler({ id }, ctx) {
    const { rule, document } = await findRule(ctx, id)
    const [record] = siteRecords({ ...document, rules: [rule] })
    const { permissions } = compileRule({ command: '', text: rule.text })
    return {
      id,
      rule: record?.rule ?? rule.text,
      enabled: rule.enabled,
      names: namesShown(rule.names),
      permissions: await holdersOf(ctx, document, permissions),
    }
  },
  view: ([{ id, rule, enabled, names, permissions }]) => [
    { kind: 'code', text: rule },
    ...fieldsView([
      ['Number', plain(`${id}${enabled ? '' : ', disabled: it decides nothing'}`)],
      ...(names.length === 0 ? [] : [['Names', names.join(', ')] as const]),
      ...permissions.map(
        ({ permission, holders, total }) => [permission, `held by ${listText(holders, total)}`] as const,
      ),
    ]),
    { kind: 'note', text: code(`rule ${enabled ? 'disable' : 'enable'} ${id}`) },
  ],
})

async function holdersOf(ctx: Context, document: PolicyDocument, permissions: readonly string[]) {
  const { db } = houseOf(ctx)
  const shown = []
  for (const permission of permissions) {
    const groups = [...new Set(rolesWith(document, permission).flatMap((role) => groupsWith(document, role)))].sort()
    const { results } = await selectPeopleOf(db, groups, ctx.now(), MEMBERS_SHOWN).all<HolderRow>()
    const everyone = groups.includes(EVERYONE) ? [EVERYONE] : []
    const holders = [...everyone, ...results.map(({ name }) => name)]
    shown.push({ permission, groups, holders, total: (results[0]?.total ?? 0) + everyone.length })
  }
  return shown
}

export const ruleLists: readonly Command[] = [ruleList, ruleShow]
