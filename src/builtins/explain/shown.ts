/** How `why` and `can` look: each stage with its decision, then its rules and what they came to. Pure. */
import { code, joinMarkdown, md, plain, userName } from '../../chat/markdown.ts'
import type { Block } from '../../chat/reply.ts'
import type { Holders } from './holders.ts'
import type { RuleVerdict } from './verdict.ts'

const MARKS: ReadonlyMap<string, string> = new Map([
  ['matches', '+'],
  ['does not match', '-'],
  ['depends on records', '?'],
  ['depends on arguments', '?'],
  ['cannot be evaluated', '!'],
])

/** The blocks of verdicts, stage by stage. */
export function verdictBlocks(verdicts: readonly RuleVerdict[]): Block[] {
  const stages = [...Map.groupBy(verdicts, ({ stage }) => stage).values()]
  return stages.flatMap((rules): Block[] => {
    const [first] = rules
    if (!first) return []
    const { stage, command, decision, because } = first
    const number = stages.length > 1 ? `${stage}. ` : ''
    const listed = rules.filter(({ rule }) => rule !== '')
    return [
      { kind: 'text', text: md`${number}${code(command)}: **${decision}**, ${because}` },
      ...(listed.length === 0 ? [] : [{ kind: 'code', text: listed.flatMap(ruleLines).join('\n') } as const]),
    ]
  })
}

function ruleLines({ id, rule, outcome, on, missing }: RuleVerdict): string[] {
  const from = id === null ? 'shipped' : `rule ${id}`
  return [
    `${MARKS.get(outcome) ?? ' '} ${rule}`,
    `    ${from}, ${outcome}${missing.length > 0 ? `; missing ${missing.join(', ')}` : ''}`,
    ...on.map((test) => `    ${test}`),
  ]
}

/** Who holds what is missing, and who can grant it. */
export function helpNote({ holders, grantors, administrators }: Holders): Block[] {
  if (holders.length === 0) return []
  const all = [...administrators.map((id) => userName(id)), ...grantors.map(plain)]
  const who = all.length === 0 ? plain('An administrator (setting PAWL_ADMINS)') : joinMarkdown(all, ' or ')
  return [
    { kind: 'text', text: plain(holders.join('\n')) },
    { kind: 'note', text: md`${who} can grant it.` },
  ]
}
