/** `audit rotate`: gives the audit log a new key to sign with. Through the house: the Ledger. */
import * as z from 'zod'
import { plain } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'audit rotate',
  summary: 'Sign the audit log with a new key from now on',
  description:
    'The change is an event of the log, and the checkpoint over it is signed by both keys, so that the old key leads to the new one. The old private key is deleted.',
  options: {
    reason: z.string().trim().min(1).max(200).describe('Why, for the log'),
  },
  input: 'none',
  effects: 'write',
  answer: 'private',
  rules: ['when command is audit:rotate must have audit:admin'],
  examples: [["audit rotate 'yearly'", 'keep the new key outside of Pawl, beside the old one']],
  async handler({ reason }, ctx) {
    const rotated = await houseOf(ctx).ledger().rotate({ reason, actor: ctx.actor, run: ctx.run })
    if (!rotated.ok) throw new CommandFailure(rotated.problem)
    return { key: rotated.key, before: rotated.before, size: rotated.size }
  },
  view: ([{ key, size }]) => [
    { kind: 'text', text: plain(`From line ${size + 1} on the log is signed with:`) },
    { kind: 'code', text: key },
    { kind: 'note', text: plain('Keep it outside of Pawl, beside the one before it: audit verify takes either.') },
  ],
})
