/**
 * `npm run pawl -- policy import <file>`: makes the policy in the database that of a file, whole or not at all. Reads the file, reads
 * and writes D1 through wrangler, asks on the terminal.
 */
import { hostname, userInfo } from 'node:os'
import type { Actor } from '../../src/chat/invocation.ts'
import { isVersionConflict } from '../../src/db/policy.ts'
import { readArguments } from '../arguments.ts'
import { executeD1 } from '../d1.ts'
import { terminalQuestion } from '../terminal.ts'
import { changeLines, checkPlan, outcomeLines, planImport } from './diff.ts'
import { DATABASE_HELP, DATABASE_OPTIONS, targetOf } from './read.ts'
import { importStatements } from './statements.ts'

const USAGE = 'npm run pawl -- policy import <file> [--yes] [--remote] [--persist-to <folder>]'

const HELP = `Usage: ${USAGE}

Shows what changes, checks it (rules, names, expectations, that an administrator remains), asks, and changes the policy in one
transaction. What the file does not say is taken away. The file - is stdin.
  --yes                  do not ask
${DATABASE_HELP}`

/** Exit code 0 when the policy is as the file says, 1 when it was left as it is, 2 when the call is wrong. */
export async function importPolicy(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, { ...DATABASE_OPTIONS, yes: { type: 'boolean', default: false } }, USAGE)
  if (!parsed) return 2
  const { values, positionals } = parsed
  const [file] = positionals
  if (values.help || file === undefined || positionals.length > 1) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const target = targetOf(values)
  const now = Date.now()
  const plan = await planImport(file, target, now)
  if (!plan) return 1
  if (plan.changes.length === 0) {
    console.log('nothing to change: the policy is as the file says')
    return 0
  }
  for (const line of changeLines(plan)) console.log(line)
  const checked = await checkPlan(plan, target, now)
  if (!checked.ok) return left(checked.message)
  for (const line of outcomeLines(checked)) console.log(line)
  if (!values.yes) {
    const ask = terminalQuestion()
    if (ask === null) return left('there is no terminal to ask on: add --yes, or look with "policy diff"')
    if (!(await ask('make these changes?'))) return left('as you wish')
  }
  const done = await executeD1(importStatements(plan, actorHere(), now), target)
  if (!done.ok)
    return left(
      isVersionConflict(new Error(done.message))
        ? 'somebody else changed the policy meanwhile; try again'
        : done.message,
    )
  console.log('done: the policy is as the file says, from the next command on')
  return 0
}

function left(message: string): number {
  console.error(`nothing was changed: ${message}`)
  return 1
}

/** Whom the audit log names: what this machine says of itself, which nobody has verified. */
export function actorHere(): Actor {
  return { platform: 'cli', workspace: hostname(), id: userName() }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? '') // a container's user without a name
  }
}
