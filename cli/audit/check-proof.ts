/** `npm run -s pawl -- audit check-proof`: whether a proof holds, alone. Reads the file that it is given, and nothing else. */
import { readFile } from 'node:fs/promises'
import { lineOf } from '../../src/audit/line.ts'
import type { PawlRecord } from '../../src/json.ts'
import { readArguments } from '../arguments.ts'
import { judgeProof } from './proof.ts'
import { EXIT, verdictLine } from './verdict.ts'
import { readKey } from './verify.ts'
import { visible } from './visible.ts'

const USAGE = 'npm run -s pawl -- audit check-proof <file> --key <key>'

const HELP = `Usage: ${USAGE}

Checks a proof of "audit prove" without Pawl, D1 or the log.
  --key <key>            the key that signed the log at that time, from elsewhere, or a file with it
Exits with 0 when the line is in the log, 1 when the proof was tampered with, 2 when that cannot be said.`

/** Exit code 0 in the log, 1 tampered, 2 cannot say. */
export async function checkProof(argv: string[]): Promise<number> {
  const options = { key: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } as const
  const parsed = readArguments(argv, options, USAGE)
  if (!parsed) return EXIT.unsaid
  const { values, positionals } = parsed
  const [file] = positionals
  if (values.help || file === undefined || positionals.length > 1) {
    console.log(HELP)
    return values.help ? 0 : EXIT.unsaid
  }
  if (values.key === undefined) return cannotSay('no key: give the one of the log with --key')
  const key = await readKey(values.key)
  if (!key.ok) return cannotSay(`--key: ${key.why}`)
  const content = await readFile(file).catch((error: Error) => error)
  if (content instanceof Error) return cannotSay(content.message)
  const text = decode(content)
  if (text === null) return cannotSay(`${file} is not UTF-8`)
  const verdict = await judgeProof(text, key.value)
  console.log(verdictLine(verdict))
  if (verdict.kind === 'intact') for (const line of shownOf(JSON.parse(text).event)) console.log(line)
  return EXIT[verdict.kind]
}

/** The line that is proven, and whether all of it is here. */
function shownOf(event: PawlRecord): string[] {
  const wordless = event.personal !== undefined && event.salt === undefined
  return [
    `  ${visible(lineOf(JSON.stringify(event)))}`,
    ...(wordless ? ['  What people wrote in this line is not in the proof: it was erased, or left out.'] : []),
  ]
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null // a byte that is no UTF-8
  }
}

function cannotSay(why: string): number {
  console.log(verdictLine({ kind: 'unsaid', why }))
  return EXIT.unsaid
}
