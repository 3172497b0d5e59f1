/**
 * Reads what a rule wants before a command starts: `confirmed`, `approved by 2 of deploy:approve`. Pure. Its words mean this only
 * where a permission or `must be` has come before; elsewhere they are words like any other.
 */
import { APPROVERS_MAX } from '../command/care.ts'
import { Misread, type RuleReader } from './rule-reader.ts'
import { isPermission, readPermission } from './rule-requirement.ts'
import type { ApprovedBy, RuleCare } from './tree.ts'

const EXAMPLE = 'as in approved by deploy:approve'

/** True where {@link readCare} has something to read. */
export function startsCare(reader: RuleReader): boolean {
  const token = reader.peek()
  return token.kind === 'word' && (token.text === 'confirmed' || token.text === 'approved')
}

/** `confirmed`, then approvals, with `and` between. */
export function readCare(reader: RuleReader): RuleCare {
  const confirmed = reader.word('confirmed')
  const approvals: ApprovedBy[] = []
  if (!confirmed) approvals.push(readApproval(reader, approvals, `"confirmed" or "approved by <permission>"`))
  while (reader.word('and')) approvals.push(readApproval(reader, approvals, '"approved by <permission>"'))
  return { confirmed, approvals }
}

/** The error for what cannot follow. */
export function tooMuchCare(reader: RuleReader): Misread {
  const { kind } = reader.peek()
  const word = wordAt(reader)
  const advice =
    word === 'or'
      ? 'approvals are never alternatives: give all who may approve one permission, and name that'
      : startsCare(reader) || kind === 'sign'
        ? 'write "and" before each further "approved by", and "confirmed" once, first'
        : ''
  return reader.expected('"and approved by" or the end of the rule', { near: ['and'], advice })
}

function readApproval(reader: RuleReader, before: readonly ApprovedBy[], expected: string): ApprovedBy {
  const { at } = reader.peek()
  if (!reader.word('approved'))
    throw reader.expected(expected, { near: ['approved'], advice: adviceOn(wordAt(reader)) })
  if (!reader.word('by')) throw reader.expected(`"by <permission>", ${EXAMPLE}`, { near: ['by'] })
  const count = readCount(reader)
  const permission = readApprover(reader)
  if (before.some((other) => other.permission === permission))
    throw new Misread(
      `${permission} is named twice: name it once, with the number of people, as in 2 of ${permission}`,
      {
        at,
        end: reader.end,
      },
    )
  return { permission, count, at, end: reader.end }
}

/** `2 of`; one person without it. */
function readCount(reader: RuleReader): number {
  const token = reader.peek()
  const word = wordAt(reader)
  if (!/^[-+]?[0-9]/.test(word)) return 1
  const count = Number(word)
  if (!/^[0-9]+$/.test(word) || count < 1 || count > APPROVERS_MAX)
    throw new Misread(
      `the number of people is from 1 to ${APPROVERS_MAX}, as in approved by 2 of deploy:approve`,
      token,
    )
  reader.skip()
  if (!reader.word('of')) throw reader.expected(`"of <permission>", as in approved by ${count} of deploy:approve`)
  return count
}

function readApprover(reader: RuleReader): string {
  const token = reader.peek()
  const word = wordAt(reader)
  if (token.kind === 'quoted' || isPermission(word)) return readPermission(reader)
  const advice = (() => {
    if (word === 'all') return 'write "approved by a:b and approved by c:d"'
    if (word === 'any') return 'give all who may approve one permission, and name that'
    if (word.startsWith('@')) return 'people approve by what they hold: put them into a group with that permission'
    if (/^(?:one|two|three|four|five|somebody|anybody)$/.test(word)) return 'a number is written in digits, as in 2 of'
    return ''
  })()
  if (advice !== '') throw reader.expected(`one permission, ${EXAMPLE}`, { advice })
  return readPermission(reader)
}

function adviceOn(word: string): string {
  if (word === 'confirmed') return '"confirmed" comes once, and first'
  return isPermission(word) ? `a permission comes before, as in must have ${word} approved by deploy:approve` : ''
}

/** The next token where it is a word without quotes; else empty. */
function wordAt(reader: RuleReader): string {
  const token = reader.peek()
  return token.kind === 'word' ? token.text : ''
}
