/** The rules there are, as `rule list` and `rule show` give them. Network: D1. */
import type { Context } from '../../command/command.ts'
import { CommandFailure } from '../../command/failure.ts'
import { loadDocument } from '../../db/document.ts'
import { commandOfRule } from '../../policy/document/evaluate.ts'
import type { DocumentRule, PolicyDocument } from '../../policy/document/model.ts'
import { currentRule, roomNamesOf } from '../../policy/document/names.ts'
import { isHouseCommand } from '../../policy/house-permissions.ts'
import { houseOf } from '../house.ts'
import { refuseRulesOf } from './access.ts'

export interface RuleRecord {
  readonly [field: string]: number | string | boolean | null
  /** Null for a rule that comes with a command: its file is to be changed. */
  readonly id: number | null
  readonly rule: string
  readonly from: string
  readonly enabled: boolean
}

/** What comes with the commands, by the file that it comes from. */
export function shippedRecords(ctx: Context, { house }: { readonly house: boolean }): RuleRecord[] {
  const { registry } = houseOf(ctx)
  return registry.all().flatMap(({ key, rules }) => {
    const isHouse = isHouseCommand(registry, key)
    if (isHouse && !house) return []
    const from = isHouse ? 'built in' : (registry.fileOf(key) ?? '')
    return rules.map((rule) => ({ id: null, rule, from, enabled: true }))
  })
}

/** The site's own, everything by the name that it has now. */
export function siteRecords(document: PolicyDocument): RuleRecord[] {
  const rooms = roomNamesOf(document)
  return document.rules.map((rule) => ({
    id: rule.id,
    rule: currentRule(rule, rooms).text,
    from: 'site',
    enabled: rule.enabled,
  }))
}

/** True when a rule for `rule` speaks of a command, or of something in the group that was asked for: `pack` as well as `pack:*`. */
export function speaksOf(rule: string, command: string): boolean {
  const group = `${command.replace(/:\*$/, '')}:`
  return rule === command || rule.startsWith(group) || (rule.endsWith(':*') && command.startsWith(rule.slice(0, -1)))
}

/** One of the site's rules, if the asker may see and change it. */
export async function findRule(ctx: Context, id: number): Promise<{ rule: DocumentRule; document: PolicyDocument }> {
  const { document } = await loadDocument(houseOf(ctx).db, ctx.now(), [])
  const rule = document.rules.find((one) => one.id === id)
  if (!rule) throw new CommandFailure(`there is no rule ${id}: see rule list. ${SHIPPED_ADVICE}`)
  refuseRulesOf(ctx, commandOfRule(rule.text))
  return { rule, document }
}

/** What to do about a rule that has no number. */
export const SHIPPED_ADVICE =
  'Rules that come with a command have no number: change them in its file, or narrow them with a rule of your own ("must have" or "forbid")'
