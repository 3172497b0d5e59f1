/**
 * Writes a tree back as a line, such that `parsePipeline` (without a platform) reads the same tree again, positions
 * aside. Pure. Used for aliases, echo and the audit: what is shown is what ran.
 */
import { lex } from './lex.ts'
import { isPlainKey } from './names.ts'
import type { Path, Pipeline, Redirect, Stage, Token, Value } from './tree.ts'

/**
 * One line for a pipeline.
 *
 * @example printPipeline(tree) // "seed 'a b' | echo --to=$x.y > #ops"
 */
export function printPipeline({ stages, redirects }: Pipeline): string {
  return [stages.map(printStage).join(' | '), ...printRedirects(redirects)].join(' ')
}

/** One stage, without the pipes around it. */
export function printStage({ tokens }: Pick<Stage, 'tokens'>): string {
  return tokens.map(printToken).join(' ')
}

/** A text as one word of a line. */
export function printWord(text: string): string {
  return printValue({ kind: 'text', text, quoted: false }, 'word')
}

/**
 * A line with each value as one word of it, whatever it contains: what comes from elsewhere cannot add a stage or an option. A value
 * stands alone between spaces, or behind `--name=`.
 *
 * @example line`deploy ${service} --env=${env}`
 */
export function line(strings: TemplateStringsArray, ...values: readonly (string | number | boolean)[]): string {
  return strings.reduce((text, literal, i) => `${text}${printWord(String(values[i - 1]))}${literal}`)
}

function printToken(token: Token): string {
  if (token.kind === 'word') return printValue(token.value, 'word')
  const name = `${token.long ? '--' : '-'}${token.name}`
  return token.value === null ? name : `${name}=${printValue(token.value, 'value')}`
}

/** Several `*>` in a row are one: the tree does not tell `*> a b` from `*> a *> b`. */
function printRedirects(redirects: readonly Redirect[]): string[] {
  return redirects.map(({ to, all }, i) => {
    const sign = all && redirects[i - 1]?.all ? '' : `${all ? '*>' : '>'} `
    return `${sign}${printValue(to, 'word')}`
  })
}

/** A value where a word would start, or right after `=`, where a dash or an arrow is text. */
function printValue(value: Value, where: 'word' | 'value'): string {
  switch (value.kind) {
    case 'text':
      return !value.quoted && isBare(value.text, where) ? value.text : quote(value.text)
    case 'variable':
      return printVariable(value.path)
    case 'template':
      return `"${value.pieces.map((p) => (typeof p === 'string' ? escapeDouble(p) : printBraced(p))).join('')}"`
  }
}

/** True when the text, unquoted, is read as just itself; asks the lexer, so that the two can never disagree. */
function isBare(text: string, where: 'word' | 'value'): boolean {
  // Nothing behind `--name=` is refused.
  if (text === '') return false
  if (where === 'word' && /^-(?!\.?[0-9])/.test(text)) return false
  const prefix = where === 'value' ? '=' : ''
  const lexed = lex(prefix + text)
  if (!lexed.ok || lexed.lexemes.length !== 1) return false
  const [lexeme] = lexed.lexemes
  if (lexeme?.kind !== 'word' || lexeme.pieces.length !== 1) return false
  const [piece] = lexeme.pieces
  return piece.kind === 'text' && piece.bare && piece.text === prefix + text
}

function quote(text: string): string {
  return text.includes("'") ? `"${escapeDouble(text)}"` : `'${text}'`
}

function escapeDouble(text: string): string {
  return text
    .replace(/["\\$`]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
}

function printVariable(path: Path): string {
  return `$${printPath(path)}`
}

/** In a template always with braces: what follows can then never be taken for a part of the path. */
function printBraced(path: Path): string {
  return `\${${printPath(path)}}`
}

function printPath([name, ...steps]: Path): string {
  return (
    name +
    steps.map((s) => (typeof s === 'number' ? `[${s}]` : isPlainKey(s) ? `.${s}` : `[${JSON.stringify(s)}]`)).join('')
  )
}
