/** Makes the request that the evaluator decides of what the rooms know: a subject, a place, a command, its arguments. Pure. */
import type { Actor, Channel } from '../chat/invocation.ts'
import type { Arguments, Command, PartlyChecked } from '../command/command.ts'
import { decide, type Policy } from './decide.ts'
import { refusesForRules } from './house-permissions.ts'
import { type Place, type Request, type RequestArguments, type Subject, UNKNOWN, type Unknown } from './request.ts'

/**
 * The request of one stage. {@link UNKNOWN} stands for any arguments, or any place: then the decision says what is possible.
 *
 * @example decide(policy, requestOf(subject, placeOf(actor, channel), command, args))
 */
export function requestOf(
  subject: Subject,
  where: Place | Unknown,
  command: Command,
  args: Arguments | PartlyChecked | Unknown,
): Request {
  return {
    command: command.key,
    arguments: args === UNKNOWN ? UNKNOWN : argumentsOf(command, isKnown(args) ? args : { args, unknown: new Set() }),
    where,
    user: subject.user && `user:${subject.user.id}`,
    groups: new Set(subject.groups.map(({ id }) => `group:${id}`)),
    permissions: heldBy(subject),
  }
}

/** Whether somebody may run a command at all: with some arguments, in some room. */
export function isPossible({ policy, subject }: { policy: Policy; subject: Subject }, command: Command): boolean {
  return decide(policy, requestOf(subject, UNKNOWN, command, UNKNOWN)).allowed
}

/** The same without what would refuse him whatever he types: what help lists and completion offers. */
export function isOffered(asker: { policy: Policy; subject: Subject }, command: Command): boolean {
  return isPossible(asker, command) && !refusesForRules(command.key, heldBy(asker.subject))
}

/** What somebody holds; null is everything. */
export function heldBy({ administrator, permissions }: Subject): ReadonlySet<string> | null {
  return administrator ? null : permissions
}

/** Where something was asked: a thread is part of its room, a direct message is no channel. */
export function placeOf({ platform, workspace }: Actor, { id, kind, parent = id }: Channel): Place {
  return { platform, workspace, channel: kind === 'direct' ? null : `${platform}:${parent}` }
}

function isKnown(args: Arguments | PartlyChecked): args is PartlyChecked {
  return args.unknown instanceof Set
}

function argumentsOf({ options }: Command, { args, unknown }: PartlyChecked): RequestArguments {
  const list = options.map(({ name }) => (unknown.has(name) ? UNKNOWN : args[name]))
  const named = new Map(
    options.flatMap(({ name }, i) => {
      const value = list[i]
      return value === undefined || value === null ? [] : [[name, value] as const]
    }),
  )
  return { list, named }
}
