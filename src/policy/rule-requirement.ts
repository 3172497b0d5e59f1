/** Reads what a rule asks to be held: permissions, and combinations of them. Pure. */
import { isKeyword, isReservedPermission } from './rule-lex.ts'
import { Misread, type RuleReader } from './rule-reader.ts'
import type { Requirement } from './tree.ts'

const PERMISSION = /^[a-z][a-z0-9_.-]*:[a-z0-9][a-z0-9_.-]*$/

/** True for `ns:name` in lower case, as permissions are written. */
export function isPermission(text: string): boolean {
  return PERMISSION.test(text)
}

/** Permissions joined with `and` and `or`. */
export function readRequirement(reader: RuleReader): Requirement {
  return reader.chain<Requirement>('or', () => reader.chain<Requirement>('and', () => readHeld(reader)))
}

function readHeld(reader: RuleReader): Requirement {
  const { at } = reader.peek()
  if (reader.sign('(')) {
    const inner = readRequirement(reader)
    reader.close()
    return inner
  }
  for (const kind of ['any', 'all'] as const) {
    if (!reader.word(kind)) continue
    if (!reader.word('in')) throw reader.expected(`"in", as in ${kind} in [deploy:run, deploy:prod]`, { near: ['in'] })
    const names = reader.list('a list of permissions, as in [deploy:run, deploy:prod]', () => readPermission(reader))
    if (names.length > 0) return { kind, names, at, end: reader.end }
    throw new Misread('this list is empty: name a permission in it', { at, end: reader.end })
  }
  return { kind: 'permission', name: readPermission(reader), at, end: reader.end }
}

/** One permission. */
export function readPermission(reader: RuleReader): string {
  const token = reader.peek()
  if ((token.kind !== 'word' && token.kind !== 'quoted') || !isPermission(token.text))
    throw reader.expected('a permission, as in deploy:run', {
      advice: token.kind === 'word' ? adviceOn(token.text) : '',
    })
  if (token.kind === 'word' && isReservedPermission(token.text))
    throw new Misread(`this permission is called as a word of the language: write '${token.text}', in quotes`, token)
  reader.skip()
  return token.text
}

/** What may have been meant by a word that is no permission; empty when nothing comes to mind. */
function adviceOn(word: string): string {
  if (word === 'approved' || word === 'confirmed')
    return `write "must have deploy:run ${word} …", without "and", or "must be ${word} …" where no permission is asked for`
  if (word === 'allow') return '"allow" stands without "must have" and is never combined'
  if (word === 'not') return 'there is no "not" here; what nobody may do is a rule with "forbid"'
  if (isPermission(word.toLowerCase())) return `permissions are in lower case, write ${word.toLowerCase()}`
  return !isKeyword(word) && isPermission(`site:${word}`) ? `did you mean site:${word}?` : ''
}
