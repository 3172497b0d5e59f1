/** Standard input as lines, so that it can be known whether there are any before everything is started. Reads standard input. */
import { createInterface } from 'node:readline'

export interface Lines {
  /** False when the input ended without a line that says anything. */
  readonly some: boolean
  readonly lines: AsyncIterable<string>
}

/** Waits for the first line that is not blank, or the end. */
export async function readLines(input: NodeJS.ReadableStream): Promise<Lines> {
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
  for (;;) {
    const first = await reader.next()
    if (first.done) return { some: false, lines: (async function* () {})() }
    if (first.value.trim() === '') continue
    return {
      some: true,
      lines: (async function* () {
        yield first.value
        for (let next = await reader.next(); !next.done; next = await reader.next()) yield next.value
      })(),
    }
  }
}
