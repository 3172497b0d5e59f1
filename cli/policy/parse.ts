/**
 * `pawl policy parse`: reads one rule per line from stdin as a JSON string, writes one JSON object per line. The seam through
 * which other programs use the parser of rules. Touches stdin and stdout only.
 */
import { parseRule } from '../../src/policy/rule-parse.ts'
import { answerLines, readJson, type Streams } from '../lines.ts'

const USAGE = `usage: npm run -s pawl -- policy parse < lines
Each line of the input is a JSON string holding one rule, as in "when command is deploy must have deploy:run".`

/** Exit code 0 when every line was answered, refused rules included; 2 for wrong arguments. */
export async function parse(argv: string[], streams: Streams = process): Promise<number> {
  if (argv.length > 0) {
    streams.stderr.write(`${USAGE}\n`)
    return 2
  }
  await answerLines(streams, answer)
  return 0
}

function answer(line: string): object {
  const text = readJson(line)
  if (typeof text !== 'string') {
    const message = 'this line is not a JSON string: write each rule as one, as in "when command is deploy allow"'
    return { ok: false, error: { message, at: 0 } }
  }
  const parsed = parseRule(text)
  if (parsed.ok) return { ok: true, rule: parsed.rule.text }
  return { ok: false, error: { message: parsed.error.message, at: parsed.error.at } }
}
