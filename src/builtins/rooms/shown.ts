/** Settings of a room as records, in the log, and as people read them. Pure. */
import { md } from '../../chat/markdown.ts'
import type { Block } from '../../chat/reply.ts'
import type { RoomSettings } from '../../policy/site.ts'
import { fieldsView, listText } from '../policy/shown.ts'

export function settingsRecord({ ref, name, practice, thread, answersOf }: RoomSettings) {
  return { room: name, ref, practice, thread, answers_of: [...answersOf] }
}

/** What differs from a room without settings, for the log. */
export function settingsTexts({ practice, thread, answersOf }: RoomSettings): string[] {
  return [
    ...(practice ? ['practice'] : []),
    ...(thread ? ['thread'] : []),
    ...(answersOf.length > 0 ? [`answers of ${answersOf.join(', ')}`] : []),
  ]
}

/** How a room is used, on one line: `on slack, 2 rules, practises`. */
export function useText({
  ref,
  rules,
  practice,
  thread,
  answers_of,
}: Omit<ReturnType<typeof settingsRecord>, 'room'> & { readonly rules: number }): string {
  return [
    `on ${ref.split(':')[0]}`,
    ...(rules === 0 ? [] : [`${rules} ${rules === 1 ? 'rule' : 'rules'}`]),
    ...(practice ? ['practises'] : []),
    ...(thread ? ['answers in threads'] : []),
    ...(answers_of.length === 0 ? [] : [`always gets the answers of ${answers_of.join(', ')}`]),
  ].join(', ')
}

export function settingsBlocks({
  room,
  ref,
  practice,
  thread,
  answers_of,
}: ReturnType<typeof settingsRecord>): readonly Block[] {
  return fieldsView([
    ['Room', md`${room} (${ref})`],
    ['Practice', practice ? 'yes: commands only say what they would do' : 'no: commands do what they say'],
    ['Answers', thread ? 'in a thread under what was asked' : 'in the room'],
    ['Always gets the answers of', listText(answers_of)],
  ])
}
