/** How the timeline looks in a terminal: colours only where they belong. Pure but for what is passed in. */
import { type Entry, formatEntry } from './index.ts'

export interface Screen {
  /** One entry as this viewer sees it; null when they do not. */
  line(entry: Entry, viewer?: string): string | null
  /** Text of others, harmless to this terminal. */
  plain(text: string): string
  dim(text: string): string
  strong(text: string): string
}

/** Colours on a terminal, unless NO_COLOR is set to anything (https://no-color.org). */
export function wantsColour(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (environment.NO_COLOR ?? '') === ''
}

export function createScreen(colour: boolean): Screen {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const dim = (text: string) => paint(2, text)
  const strong = (text: string) => paint(1, text)
  return {
    plain: harmless,
    dim,
    strong,
    line(entry, viewer) {
      const text = formatEntry(entry, viewer === undefined ? {} : { viewer })
      if (text === null) return null
      const safe = harmless(text)
      if (entry.kind === 'failure') return paint(31, safe)
      return entry.kind === 'delete' || entry.kind === 'duplicate' ? dim(safe) : safe.replace(/^\[\w+\]/, dim)
    },
  }
}

/** A message cannot move the cursor or change the colours of this terminal. */
function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken away
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
