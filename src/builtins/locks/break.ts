/** `lock break`: takes a lock away from the run that holds it. Through the house: D1, the lock, the courier. */
import * as z from 'zod'
import { code, md, personName, plain } from '../../chat/markdown.ts'
import { defineCommand } from '../../command/define.ts'
import { CommandFailure } from '../../command/failure.ts'
import { houseOf } from '../house.ts'

export default defineCommand({
  name: 'lock break',
  summary: 'Take a lock away from the run that holds it; that run ends',
  description:
    'What the run has begun is not undone, and it may be at it for some seconds more, while the next one starts. run cancel is the gentler way.',
  options: {
    key: z.string().min(1).max(200).describe('The lock, as lock list shows it'),
    reason: z.string().trim().min(1).max(200).describe('Why, for the room and the log'),
  },
  input: 'none',
  effects: 'write',
  rules: ['when command is lock:break must have lock:break'],
  examples: [["lock break deploy:web:prod --reason 'its runner is gone'", 'the next in line gets it']],
  async handler({ key, reason }, ctx) {
    const broken = await houseOf(ctx).breakLock(key, reason)
    if (!broken.ok) throw new CommandFailure(broken.message)
    const { run, who, epoch, state, next } = broken
    return { lock: key, run, who, epoch, state, next }
  },
  view: ([{ lock, run, who, state, next }]) => {
    const became = state === null ? plain('') : md`, which is ${state} now`
    const after = next === null ? plain('Nobody waits for it.') : md`Next is run ${code(next)}.`
    return md`${code(lock)} was taken from run ${code(run)} of ${personName(who)}${became}. ${after}`
  },
})
