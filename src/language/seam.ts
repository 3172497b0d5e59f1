/**
 * The JSON shape in which a parsed line leaves the house (`npm run -s pawl -- parse`); defined in the law of the language,
 * and what outside tests compare with. Pure. The tree may grow; this shape may not change.
 */
import type { ParseResult, Path, Redirect, Token, Value } from './tree.ts'

type SeamVariable = { readonly variable: Path }
type SeamTemplate = { readonly template: readonly (string | Path)[] }
type SeamValue = string | SeamVariable | SeamTemplate

export type SeamToken =
  | { readonly word: string }
  | { readonly option: string; readonly value: SeamValue | null }
  | SeamVariable
  | SeamTemplate

export type SeamAnswer =
  | {
      readonly ok: true
      readonly stages: readonly { readonly tokens: readonly SeamToken[] }[]
      readonly redirects: readonly { readonly to: SeamValue }[]
    }
  | { readonly ok: false; readonly error: { readonly message: string; readonly at: number } }

/**
 * What the seam says about a line. `at` counts UTF-16 units into the line after normalising.
 *
 * @example toSeam(parsePipeline('echo $x')) // { ok: true, stages: [{ tokens: [{ word: 'echo' }, { variable: ['x'] }] }], redirects: [] }
 */
export function toSeam(result: ParseResult): SeamAnswer {
  if (!result.ok) return { ok: false, error: { message: result.error.message, at: result.error.at } }
  const { stages, redirects } = result.pipeline
  return {
    ok: true,
    stages: stages.map(({ tokens }) => ({ tokens: tokens.map(tokenToSeam) })),
    redirects: redirects.map(({ to }: Redirect) => ({ to: valueToSeam(to) })),
  }
}

function tokenToSeam(token: Token): SeamToken {
  if (token.kind === 'option') {
    return { option: token.name, value: token.value === null ? null : valueToSeam(token.value) }
  }
  const value = valueToSeam(token.value)
  return typeof value === 'string' ? { word: value } : value
}

function valueToSeam(value: Value): SeamValue {
  switch (value.kind) {
    case 'text':
      return value.text
    case 'variable':
      return { variable: value.path }
    case 'template':
      return { template: value.pieces }
  }
}
