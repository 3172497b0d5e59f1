/** `pawl manifest`: prints the Slack manifest for a deployed Pawl, to paste under "Create New App, from a manifest". */
import { loadRegistry } from '../../src/command/house-registry.ts'
import { slackManifest } from '../../src/command/slack-manifest.ts'
import { readArguments } from '../arguments.ts'

const USAGE = 'npm run -s pawl -- manifest --url https://pawl.example.workers.dev [--name Pawl]'

/** Prints the manifest on stdout and notes on stderr, so that `> manifest.json` holds JSON only. */
export async function manifest(argv: string[]): Promise<number> {
  const parsed = readArguments(argv, { url: { type: 'string' }, name: { type: 'string', default: 'Pawl' } }, USAGE)
  if (!parsed) return 2
  const { url, name } = parsed.values
  if (url === undefined || parsed.positionals.length > 0) {
    console.error(`give the address of the deployed worker\nusage: ${USAGE}`)
    return 2
  }
  const result = slackManifest(loadRegistry().all(), { url, name })
  if (!result.ok) {
    console.error(result.message)
    return 2
  }
  for (const note of result.notes) console.error(`note: ${note}`)
  console.log(JSON.stringify(result.manifest, null, 2))
  return 0
}
