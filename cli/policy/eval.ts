/**
 * `pawl policy eval`: reads one request with its rules per line from stdin, writes one decision per line. The seam through
 * which other programs use the evaluator that runs commands. Touches stdin and stdout only.
 */
import { evaluateSeam } from '../../src/policy/eval-seam.ts'
import { answerLines, readJson, type Streams } from '../lines.ts'

const USAGE = `usage: npm run -s pawl -- policy eval < lines
Each line of the input is a JSON object, as in
{"rules":["when command is deploy must have deploy:run"],"command":"deploy","args":[],"options":{},"permissions":[]}
It may also say "channel", "user", "groups", "platform" and "workspace".`

/** Exit code 0 when every line was answered, denials included; 2 for wrong arguments. */
export async function evaluate(argv: string[], streams: Streams = process): Promise<number> {
  if (argv.length > 0) {
    streams.stderr.write(`${USAGE}\n`)
    return 2
  }
  await answerLines(streams, (line) => evaluateSeam(readJson(line)))
  return 0
}
