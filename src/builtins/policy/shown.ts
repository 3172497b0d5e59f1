/** How the answers of policy administration look. Pure. */
import { type Markdown, md, plain } from '../../chat/markdown.ts'
import type { Block } from '../../chat/reply.ts'
import { EVERYONE } from '../../policy/document/model.ts'
import type { PolicyChanged } from './change.ts'

/** What an answer says beside the change itself. */
export interface Consequences {
  readonly changed: boolean
  /** What is odd about the policy as it is now. */
  readonly warnings: readonly string[]
  /** Who can do what that was closed before, and the other way round. */
  readonly gains: readonly string[]
  readonly losses: readonly string[]
}

/** As part of a record; null is a change that was none. */
export function consequencesOf(made: PolicyChanged | null) {
  const { warnings = [], gains = [], losses = [] } = made ?? {}
  return { changed: made !== null, warnings: [...warnings], gains: [...gains], losses: [...losses] }
}

/** What was done, then what comes of it. */
export function changeView(done: Markdown, { changed, warnings, gains, losses }: Consequences): readonly Block[] {
  const text = changed ? done : md`Nothing changed: it was so already.`
  const differences = [...gains.map((line) => `+ ${line}`), ...losses.map((line) => `- ${line}`)]
  return [
    { kind: 'text', text },
    ...(differences.length === 0 ? [] : [{ kind: 'code', text: differences.join('\n') } as const]),
    ...warnings.map((warning) => ({ kind: 'note', text: plain(`Note: ${warning}`) }) as const),
  ]
}

/** Names for a sentence or a field; more than `limit` are counted, not listed. */
export function listText(names: readonly string[], total = names.length): string {
  if (total === 0) return 'none'
  const more = total - names.length
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ')
}

/** `everyone` is no list of people. */
export const EVERYONE_TEXT = 'everybody of a served workspace'

/** The members of a group as people read them. */
export function membersText(group: string, names: readonly string[], total: number): string {
  return group === EVERYONE ? EVERYONE_TEXT : listText(names, total)
}

/** Fields of a view, top to bottom. */
export function fieldsView(fields: readonly (readonly [name: string, value: Markdown | string])[]): readonly Block[] {
  return [
    {
      kind: 'fields',
      fields: fields.map(([name, value]) => ({ name, value: typeof value === 'string' ? plain(value) : value })),
    },
  ]
}
