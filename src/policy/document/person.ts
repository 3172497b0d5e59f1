/** Somebody of a document as the evaluator sees him, and what he asks. Pure. */
import type { Arguments, Command, PartlyChecked } from '../../command/command.ts'
import { requestOf } from '../ask.ts'
import type { Place, Request, Subject, Unknown } from '../request.ts'

/** In a document people and groups have names where D1 has numbers; to the evaluator both are texts. */
export type Person = Pick<Request, 'user' | 'groups' | 'permissions'>

const NOBODY: Subject = { user: null, administrator: false, groups: [], permissions: new Set() }

/** The request of a person of a document. */
export function requestAs(
  person: Person,
  where: Place | Unknown,
  command: Command,
  args: Arguments | PartlyChecked | Unknown,
): Request {
  const { user, groups, permissions } = person
  return { ...requestOf(NOBODY, where, command, args), user, groups, permissions }
}
