/** Subcommands that answer stdin line by line: one JSON value in, one JSON object out. Touches the streams that it is given. */
import { once } from 'node:events'

/** The ends of the pipe; the process has both. */
export interface Streams {
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** Answers every line of stdin, in order, as it arrives; the last one without its line break too. */
export async function answerLines(
  { stdin, stdout }: Pick<Streams, 'stdin' | 'stdout'>,
  answer: (line: string) => object,
): Promise<void> {
  const decoder = new TextDecoder()
  let rest: string[] = []
  for await (const chunk of stdin) {
    const lines = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n')
    const last = lines.pop() ?? ''
    if (lines.length > 0) {
      lines[0] = rest.join('') + (lines[0] ?? '')
      rest = []
      const answers = lines.map((line) => `${JSON.stringify(answer(line))}\n`).join('')
      if (!stdout.write(answers)) await once(stdout, 'drain')
    }
    rest.push(last)
  }
  const unterminated = rest.join('') + decoder.decode()
  if (unterminated !== '') stdout.write(`${JSON.stringify(answer(unterminated))}\n`)
}

/** The JSON value of a line; undefined when it is none. */
export function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // SyntaxError: the caller says what the line should hold
  }
}
