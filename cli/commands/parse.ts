/**
 * `pawl parse`: reads one JSON string per line from stdin, writes one JSON object per line. The seam through which other
 * programs, and tests that nobody here wrote, use the parser. Touches stdin and stdout only.
 */
import { parseArgs } from 'node:util'
import type { Platform } from '../../src/language/normalise.ts'
import { parsePipeline } from '../../src/language/parse.ts'
import { type SeamAnswer, toSeam } from '../../src/language/seam.ts'
import { answerLines, readJson, type Streams } from '../lines.ts'

const PLATFORMS: ReadonlyMap<string, Platform> = new Map([
  ['slack', 'slack'],
  ['discord', 'discord'],
  ['plain', 'plain'],
])
const USAGE = `usage: npm run -s pawl -- parse [--platform slack|discord|plain] < lines
Each line of the input is a JSON string holding one pipeline, as in "echo hello | raw".`

/**
 * Answers every line of stdin, in order, as it arrives. Undoes what Slack does to a line unless `--platform` says
 * otherwise, because that is the form in which most lines come.
 *
 * @returns the exit code: 0 when every line was answered, refused lines included; 2 for wrong arguments.
 */
export async function parse(argv: string[], streams: Streams = process): Promise<number> {
  const platform = readPlatform(argv)
  if (platform === null) {
    streams.stderr.write(`${USAGE}\n`)
    return 2
  }
  await answerLines(streams, (line) => answer(line, platform))
  return 0
}

function readPlatform(argv: string[]): Platform | null {
  try {
    const { values } = parseArgs({ args: argv, options: { platform: { type: 'string', default: 'slack' } } })
    return PLATFORMS.get(values.platform) ?? null
  } catch {
    return null // an unknown option or a stray argument: the usage says what there is
  }
}

function answer(line: string, platform: Platform): SeamAnswer {
  const text = readJson(line)
  if (typeof text === 'string') return toSeam(parsePipeline(text, { platform }))
  const message = 'This line is not a JSON string. Write each pipeline as one, as in "echo hello".'
  return { ok: false, error: { message, at: 0 } }
}
