/** `version`: which Pawl answers. Reads the house, touches nothing else. */
import { md } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'version',
  summary: 'Show which version of Pawl answers here',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is version allow'],
  handler: (_args, ctx) => ({ version: houseOf(ctx).version }),
  view: ([{ version }]) => md`Pawl \`${version}\``,
})
