/** `confirm`: the asker's own yes to a line that he was shown. */
import * as z from 'zod'
import { code, md } from '../../chat/markdown.ts'
import { typedLine } from '../../chat/typed.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { houseOf } from '../house.ts'

export default defineCommand({
  name: 'confirm',
  summary: 'Confirm a line of yours that waits for it, by its run or the word it asks for',
  options: {
    what: z
      .array(z.string())
      .min(1)
      .meta({ words: true })
      .describe('The word that was asked for, the id of the run, or where one word fits several lines both'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  // Open to all because it serves one's own runs alone.
  rules: ['when command is confirm allow'],
  examples: [
    ['confirm prod', 'yes, to the line that asked for the word prod'],
    ['confirm prod r_0123456789abcdef', 'yes, to this one of several lines that asked for the word prod'],
    ['confirm r_0123456789abcdef', 'yes, as its button says it'],
  ],
  async handler({ what }, ctx) {
    const confirmed = await houseOf(ctx).desk.confirm(what.join(' '))
    if (!confirmed.ok) throw new CommandFailure(confirmed.message)
    const { run, line, next, posted, short } = confirmed
    return { run, line, next, posted, short, back: typedLine(ctx.actor.platform, `approval withdraw ${run}`) }
  },
  view: ([{ line, next, posted, short, back }]) => {
    if (next === null) return md`You confirmed ${code(line)}: it starts now.`
    const who = posted
      ? md`This room is asked.`
      : md`The room could not be asked: those who may approve find it in ${code('approval list')}.`
    return md`You confirmed ${code(line)}. It now waits for approval: ${next}. ${who}${short === null ? '' : ` ${short}`} ${code(back)} takes it back.`
  },
})
