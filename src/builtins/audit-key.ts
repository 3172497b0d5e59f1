/** `audit key`: the public keys that sign the audit log, to verify it with. Through the house: the Ledger. */
import { plain } from '../chat/markdown.ts'
import { defineCommand } from '../command/define.ts'
import { CommandFailure } from '../command/failure.ts'
import { houseOf } from './house.ts'

export default defineCommand({
  name: 'audit key',
  summary: 'Show the public key that signs the audit log, and those before it',
  description:
    'Keep it outside of Pawl: audit verify asks for it, and finds a log that was signed with another key to be another log.',
  input: 'none',
  effects: 'read',
  answer: 'private',
  rules: ['when command is audit:key must have audit:read'],
  examples: [['audit key', 'what audit verify takes as --key']],
  async handler(_, ctx) {
    const { key, former } = await houseOf(ctx).ledger().status()
    if (key === null)
      throw new CommandFailure('the log has no key yet: it is made with the first sealing, within a minute')
    const kept = former.map(({ vkey, since, until }) => ({ key: vkey, since: utc(since), until: utc(until) }))
    return [{ key: key.vkey, since: utc(key.since), until: null }, ...kept.reverse()]
  },
  view: ([now, ...earlier]) => [
    { kind: 'text', text: plain(`Signs since ${now.since}:`) },
    { kind: 'code', text: now.key },
    ...earlier.flatMap(({ key, since, until }) => [
      { kind: 'text' as const, text: plain(`Signed from ${since} to ${until}:`) },
      { kind: 'code' as const, text: key },
    ]),
  ],
})

function utc(at: number): string {
  return new Date(at).toISOString()
}
