/** `npm run -s pawl -- policy test [file]`: runs the expectations of a policy. Reads the file, or D1 through wrangler. */
import { loadRegistry } from '../../src/command/house-registry.ts'
import { failedExpectations } from '../../src/policy/document/expectation-run.ts'
import { DATABASE_HELP, readFileCall, readLivePolicy, readPolicyFile } from './read.ts'

const USAGE = 'npm run -s pawl -- policy test [<file>] [--remote] [--persist-to <folder>]'

const HELP = `Usage: ${USAGE}

Runs every expectation of a policy file, or of the database, against its rules and those of the modules here. The file - is stdin.
${DATABASE_HELP}`

/** Exit code 0 when every expectation holds, 1 when one does not, 2 when that could not be told. */
export async function testPolicy(argv: string[]): Promise<number> {
  const call = readFileCall(argv, { usage: USAGE, help: HELP })
  if (typeof call === 'number') return call
  const { file, target } = call
  const now = Date.now()
  const document = file === undefined ? (await readLivePolicy(target, now))?.document : await readPolicyFile(file)
  if (!document) return 2
  const failed = failedExpectations(document, { registry: loadRegistry(), now })
  for (const { text, message } of failed) console.log(`fails: ${text}\n  ${message.replaceAll('\n', '\n  ')}`)
  const all = document.expectations.length
  const count = all === 1 ? '1 expectation' : `${all} expectations`
  console.log(failed.length === 0 ? `${count}, all hold` : `${count}, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}
