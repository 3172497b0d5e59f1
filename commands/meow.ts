/** `meow`: something to smile at, and the smallest module there is. Pure. */
import { defineCommand, plain } from '#pawl'

export default defineCommand({
  name: 'meow',
  summary: 'Ask the cat',
  effects: 'read',
  rules: ['when command is meow allow'],
  handler: () => ({ says: 'meow' }),
  view: (records) => plain(records.map(({ says }) => `=^.^= ${says}`).join('\n')),
})
