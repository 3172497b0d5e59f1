/**
 * `pawl parse`: reads one JSON string per line from stdin, writes one JSON object per line. The seam through which other
 * programs, and tests that nobody here wrote, use the parser. Touches stdin and stdout only.
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import type { Platform } from '../../src/language/normalise.ts'
import { parsePipeline } from '../../src/language/parse.ts'
import { type SeamAnswer, toSeam } from '../../src/language/seam.ts'

const PLATFORMS: ReadonlyMap<string, Platform> = new Map([
  ['slack', 'slack'],
  ['discord', 'discord'],
  ['plain', 'plain'],
])
const USAGE = `usage: npm run -s pawl -- parse [--platform slack|discord|plain] < lines
Each line of the input is a JSON string holding one pipeline, as in "echo hello | raw".`

/** The ends of the pipe; the process has both. */
export interface Streams {
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/**
 * Answers every line of stdin, in order, as it arrives. Undoes what Slack does to a line unless `--platform` says
 * otherwise, because that is the form in which most lines come.
 *
 * @returns the exit code: 0 when every line was answered, refused lines included; 2 for wrong arguments.
 */
export async function parse(argv: string[], { stdin, stdout, stderr }: Streams = process): Promise<number> {
  const platform = readPlatform(argv)
  if (platform === null) {
    stderr.write(`${USAGE}\n`)
    return 2
  }
  const decoder = new TextDecoder()
  let rest: string[] = []
  for await (const chunk of stdin) {
    const lines = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n')
    const last = lines.pop() ?? ''
    if (lines.length > 0) {
      lines[0] = rest.join('') + (lines[0] ?? '')
      rest = []
      const answers = lines.map((line) => `${JSON.stringify(answer(line, platform))}\n`).join('')
      if (!stdout.write(answers)) await once(stdout, 'drain')
    }
    rest.push(last)
  }
  const unterminated = rest.join('') + decoder.decode()
  if (unterminated !== '') stdout.write(`${JSON.stringify(answer(unterminated, platform))}\n`)
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
  let text: unknown
  try {
    text = JSON.parse(line)
  } catch {
    text = null
  }
  if (typeof text === 'string') return toSeam(parsePipeline(text, { platform }))
  const message = 'This line is not a JSON string. Write each pipeline as one, as in "echo hello".'
  return { ok: false, error: { message, at: 0 } }
}
