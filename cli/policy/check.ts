/** `npm run -s pawl -- policy check [file]`: looks for mistakes in a policy. Reads the file, or D1 through wrangler. */
import { loadRegistry } from '../../src/command/house-registry.ts'
import { lintDocument } from '../../src/policy/document/lint.ts'
import { DATABASE_HELP, readDeployment, readFileCall, readLivePolicy, readPolicyFile } from './read.ts'

const USAGE = 'npm run -s pawl -- policy check [<file>] [--remote] [--persist-to <folder>]'

const HELP = `Usage: ${USAGE}

Looks for rules that cannot be read, never hold or change nothing, for permissions that nobody holds or nothing asks for, for
commands that are off, empty groups, expectations that fail, and a policy without an administrator. The file - is stdin.
${DATABASE_HELP}`

/** Exit code 0 without an error (there may be warnings), 1 with one, 2 when that could not be told. */
export async function checkPolicy(argv: string[]): Promise<number> {
  const call = readFileCall(argv, { usage: USAGE, help: HELP })
  if (typeof call === 'number') return call
  const { file, target } = call
  const now = Date.now()
  const document = file === undefined ? (await readLivePolicy(target, now))?.document : await readPolicyFile(file)
  if (!document) return 2
  const problems = lintDocument(document, { registry: loadRegistry(), ...(await readDeployment(target)), now })
  for (const { severity, subject, message } of problems)
    console.log(`${severity}: ${subject}: ${message.replaceAll('\n', '\n  ')}`)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  console.log(`${counted(errors, 'error')}, ${counted(problems.length - errors, 'warning')}`)
  return errors === 0 ? 0 : 1
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
