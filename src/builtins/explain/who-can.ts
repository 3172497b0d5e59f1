/** `who can`: who may run a line in this room. Nothing of the line runs. Network: D1. */
import { joinMarkdown, md, personName, plain } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { lineOption } from './line.ts'
import { peopleWhoCan } from './people.ts'

export default defineCommand({
  name: 'who can',
  summary: 'List who may run a line in this room',
  options: { line: lineOption },
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is who:can must have pawl:admin or pawl:explain'],
  examples: [['who can deploy web prod', 'the people who may, by the groups that they are in']],
  handler: ({ line }, ctx) => peopleWhoCan(ctx, line),
  view: (records) => [
    ...records.flatMap(({ problem }) => (problem === '' ? [] : [{ kind: 'text', text: plain(problem) } as const])),
    {
      kind: 'fields',
      fields: records.map(({ who, condition, people, count }) => ({
        name: condition === '' ? who : `${who}, ${condition}`,
        // A user by name; who is none by the last part of the account, which is of this workspace.
        value: md`${joinMarkdown(
          people.map((name) => personName(name.slice(name.lastIndexOf(':') + 1))),
          ', ',
        )}${count > people.length && people.length > 0 ? ` and ${count - people.length} more` : ''}`,
      })),
    },
    { kind: 'note', text: plain('As asked in this room, by a full member of the workspace. Nothing of it was run.') },
  ],
})
