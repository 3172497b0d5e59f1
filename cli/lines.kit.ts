/** Runs a subcommand that answers line by line, for tests: what goes in, what comes out. Touches nothing else. */
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Streams } from './lines.ts'

type LineSubcommand = (argv: string[], streams: Streams) => Promise<number>

/** The exit code, what went to stderr, and the JSON values that were written, one per line. */
export async function runLines(subcommand: LineSubcommand, chunks: Iterable<string | Uint8Array>, argv: string[] = []) {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const stdin = (async function* () {
    yield* chunks
  })()
  const written = Promise.all([text(stdout), text(stderr)])
  const code = await subcommand(argv, { stdin, stdout, stderr })
  stdout.end()
  stderr.end()
  const [out, err] = await written
  const answers = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  return { code, err, answers }
}
