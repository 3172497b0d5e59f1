/** `expectation create|list|delete`: what must stay true of the policy. Network: D1, and the platform for new names of rooms. */
import * as z from 'zod'
import { code, md } from '../../chat/markdown.ts'
import type { Command, Context } from '../../command/command.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { type ExpectationRow, selectExpectations, selectNewest } from '../../db/policy-lists.ts'
import { parseExpectation } from '../../policy/document/expectation.ts'
import { houseOf } from '../house.ts'
import { adminRule } from './access.ts'
import { changePolicy } from './change.ts'
import { findUser, mentionedId, usersExpected } from './people.ts'
import { findRoom } from './rooms.ts'
import { refusal, textOfWords } from './rule-text.ts'
import { changeView, consequencesOf } from './shown.ts'

const create = defineCommand({
  name: 'expectation create',
  summary: 'Keep something true of the policy: a change that breaks it is refused',
  description:
    'As in: @ada in #ops: deploy web --env prod => denied because deploy:prod. Whoever asks is a user, everyone, administrator, or member of a group. It must hold now.',
  options: {
    text: z.array(z.string()).min(1).meta({ words: true }).describe('Who, where, the line, and what comes of it'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [adminRule('expectation create')],
  examples: [
    ['expectation create everyone: deploy web prod => denied', 'nobody gets there by accident'],
    [`expectation create '@grace in #ops: deploy web prod => allowed'`, 'and grace never loses it'],
  ],
  async handler({ text: words }, ctx) {
    const typed = await withUser(ctx, textOfWords(words))
    let text = typed
    const made = await changePolicy(ctx, {
      people: usersExpected([typed]),
      async plan(document) {
        const room = roomIn(typed)
        const { name, change } = room === null ? { name: '', change: null } : await findRoom(ctx, room, document.rooms)
        // A thread's name may hold spaces, which the text of an expectation cannot.
        const isWord = !/\s/.test(name)
        const inText = isWord ? name : (change?.ref ?? document.rooms.get(name) ?? name)
        text = room === null ? typed : typed.replace(room, () => inText)
        if (document.expectations.includes(text)) return []
        return [...(change !== null && isWord ? [change] : []), { kind: 'expectation.add', text }]
      },
      read: selectNewest(houseOf(ctx).db, 'expectations'),
    })
    return { id: idOf(made?.found), expectation: text, ...consequencesOf(made) }
  },
  view: ([record]) => changeView(md`From now on this holds (number ${record.id}): ${code(record.expectation)}`, record),
})

const list = defineCommand({
  name: 'expectation list',
  summary: 'List what must stay true of the policy',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: [adminRule('expectation list')],
  examples: [['expectation list', 'every expectation with its number']],
  empty: 'Nothing is expected of the rules yet. expectation create says what must stay true of them.',
  async handler(_, ctx) {
    const { results } = await selectExpectations(houseOf(ctx).db).all<ExpectationRow>()
    return results.map(({ id, text }) => ({ id, expectation: text }))
  },
})

const remove = defineCommand({
  name: 'expectation delete',
  summary: 'Let go of an expectation: it need not hold any more',
  options: { id: z.int().min(1).describe('Its number, from expectation list') },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: [adminRule('expectation delete')],
  examples: [['expectation delete 3', 'number 3 need not hold any more']],
  async handler({ id }, ctx) {
    const { results } = await selectExpectations(houseOf(ctx).db).all<ExpectationRow>()
    const text = results.find((row) => row.id === id)?.text
    if (text === undefined) throw new CommandFailure(`there is no expectation ${id}: see expectation list`)
    const made = await changePolicy(ctx, { plan: () => [{ kind: 'expectation.remove', text }] })
    return { id, expectation: text, ...consequencesOf(made) }
  },
  view: ([record]) => changeView(md`This need not hold any more: ${code(record.expectation)}`, record),
})

/** With the user's name in Pawl, where a person was mentioned; refuses what cannot be read, with its place. */
async function withUser(ctx: Context, typed: string): Promise<string> {
  const parsed = parseExpectation(typed)
  if (!parsed.ok) throw refusal(typed, parsed.error)
  const { who } = parsed.expectation
  if (who.kind !== 'user' || mentionedId(`@${who.name}`) === null) return typed
  const name = await findUser(ctx, `@${who.name}`)
  return typed.replace(`@${who.name}`, () => `@${name}`)
}

/** The room as it stands in the text; null when it names none, or by its ref. */
function roomIn(typed: string): string | null {
  const parsed = parseExpectation(typed)
  const where = parsed.ok ? parsed.expectation.where : null
  return where?.kind === 'room' && where.name.startsWith('#') ? where.name : null
}

/** The id that the batch gave. */
export function idOf(found: readonly Record<string, unknown>[] | undefined): number | null {
  const id = found?.[0]?.id
  return typeof id === 'number' ? id : null
}

export const expectationCommands: readonly Command[] = [create, list, remove]
