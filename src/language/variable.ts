/** Reads one `$variable` at a place of the line. Pure; linear: it never looks at a character twice. */
import { KEY } from './names.ts'
import type { LanguageError, Path } from './tree.ts'

export interface Variable {
  readonly path: Path
  readonly end: number
}

/** Fifteen digits are always an exact integer in JSON. */
const INDEX = /\[([0-9]{1,15})\]/y
const QUOTED_KEY = /\['([^']*)'\]/y
const JSON_KEY = /\[("(?:[^"\\]|\\.)*")\]/sy

function matchAt(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(line)
}

/**
 * The variable whose `$` stands at `at`; null when no variable can start there (`$5`, `$ `). `within` says whether it
 * stands in double quotes, where `["key"]` would end the quotes.
 *
 * @example readVariable('$x.key[0]', 0, 'bare') // { path: ['x', 'key', 0], end: 9 }
 */
export function readVariable(line: string, at: number, within: 'bare' | 'double'): Variable | LanguageError | null {
  const braced = line.startsWith('${', at)
  const name = matchAt(KEY, line, at + (braced ? 2 : 1))?.[0]
  if (name === undefined) return braced ? brokenBraces(line, at) : null
  let end = at + (braced ? 2 : 1) + name.length
  const steps: (string | number)[] = []
  for (;;) {
    const step = readStep(line, end, within === 'double' && !braced)
    if (step === null) break
    if ('message' in step) return step
    steps.push(step.key)
    end = step.end
  }
  if (!braced) return { path: [name, ...steps], end }
  return line[end] === '}' ? { path: [name, ...steps], end: end + 1 } : brokenBraces(line, at)
}

type Step = { readonly key: string | number; readonly end: number }

function readStep(line: string, at: number, inDoubleQuotes: boolean): Step | LanguageError | null {
  if (line[at] === '.') {
    const key = matchAt(KEY, line, at + 1)?.[0]
    return key === undefined ? null : { key, end: at + 1 + key.length }
  }
  if (line[at] !== '[') return null
  const index = matchAt(INDEX, line, at)
  if (index !== null) return { key: Number(index[1]), end: at + index[0].length }
  const key = matchAt(KEY, line, at + 1)?.[0]
  if (key !== undefined && line[at + 1 + key.length] === ']') return { key, end: at + key.length + 2 }
  const quoted = matchAt(QUOTED_KEY, line, at)
  if (quoted !== null) return { key: quoted[1] ?? '', end: at + quoted[0].length }
  const json = inDoubleQuotes ? null : matchAt(JSON_KEY, line, at)
  const text = json === null ? null : parseJsonText(json[1] ?? '')
  if (json !== null && text !== null) return { key: text, end: at + json[0].length }
  return {
    message: inDoubleQuotes
      ? `Inside double quotes, write [0] or ['a key'] after a variable, or \${name} before a bracket that is text.`
      : `Between the brackets after a variable goes a position, as in [0], or a key in quotes, as in ["a key"]. Write \${name} before a bracket that is text.`,
    at,
    end: at + 1,
  }
}

function parseJsonText(source: string): string | null {
  try {
    const value: unknown = JSON.parse(source)
    return typeof value === 'string' ? value : null
  } catch {
    return null // an escape that JSON does not know, or a raw line break
  }
}

function brokenBraces(line: string, at: number): LanguageError {
  const close = line.indexOf('}', at)
  return close === -1
    ? {
        message: `This \${ has no closing }. Write \${name}, or put a backslash before the $ if it is text.`,
        at,
        end: at + 2,
      }
    : {
        message: `Between \${ and } goes a key of the record with its path, as in \${x.y[0]}; nothing else is read there.`,
        at,
        end: close + 1,
      }
}
