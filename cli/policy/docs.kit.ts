/** The examples in docs/rules.md, for the tests that hold it to its word. Reads that file. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

const PAGE = path.join(import.meta.dirname, '../../docs/rules.md')

/** The blocks of code that are marked with this word, in their order. */
export function docBlocks(mark: string): string[] {
  return readFileSync(PAGE, 'utf8')
    .split('```')
    .flatMap((text) => (text.startsWith(`${mark}\n`) ? [text.slice(mark.length + 1).trimEnd()] : []))
}

/** What an example `echo '…' | npm run …` pipes into the subcommand; null when it is another's. */
export function docInput(example: string, subcommand: string): string | null {
  const [, input, name] = /^echo '(.*)' \| npm run -s pawl -- policy (\w+)$/.exec(example) ?? []
  return input !== undefined && name === subcommand ? `${input}\n` : null
}
