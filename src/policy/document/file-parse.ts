/**
 * Reads the policy's text file; `file.ts` shows how it looks. Pure; never throws, and takes linear time.
 *
 * Every line is one fact, and becomes the change that adds it to an empty document: a file can say nothing that could not be done in
 * chat. What a line names may stand above it or below. A `#` at the start of a line makes it a comment.
 */
import { parseRule } from '../rule-parse.ts'
import type { Place } from '../tree.ts'
import { emptyDocument, makeChange } from './apply.ts'
import { Draft } from './apply-draft.ts'
import { parseExpectation } from './expectation.ts'
import { type Block, type Fact, readLine, type Word } from './file-line.ts'
import type { PolicyChange, PolicyDocument } from './model.ts'
import { resolveNames } from './names.ts'

/** Offsets are into the line. */
export interface FileError extends Place {
  /** From 1. */
  readonly line: number
  readonly text: string
  /** What is wrong and what to write. */
  readonly message: string
}

export type ParsedFile =
  | { readonly ok: true; readonly document: PolicyDocument }
  /** In the order of the lines. */
  | { readonly ok: false; readonly errors: readonly FileError[] }

interface Line {
  readonly number: number
  readonly text: string
}

type Problem = Place & { readonly message: string }

/** What is made at the end, when everything is there that it may name. */
interface Later {
  readonly line: Line
  make(declared: PolicyDocument): Problem | null
}

/** The document that a file describes. */
export function parseDocument(text: string): ParsedFile {
  const reading = new Reading()
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  for (const [i, line] of lines.entries()) reading.line({ number: i + 1, text: line.trimEnd() })
  return reading.finish()
}

class Reading {
  readonly #draft = new Draft(emptyDocument)
  readonly #links: Later[] = []
  readonly #rules: Later[] = []
  readonly #expectations: Later[] = []
  readonly #errors: FileError[] = []
  /** What has been said, and on which line. */
  readonly #said = new Map<string, number>()
  #block: Block | null = null

  line(line: Line): void {
    const said = readLine(line.text, this.#block)
    switch (said.kind) {
      case 'nothing':
        return
      case 'declared':
        for (const fact of said.facts) this.#note(line, this.#state(line, fact))
        break
      case 'link':
        this.#links.push({ line, make: () => this.#state(line, said.fact) })
        return
      case 'rule':
        this.#rules.push({ line, make: (declared) => this.#rule(said.rule, said.enabled, declared) })
        break
      case 'expectation':
        this.#expectations.push({ line, make: () => this.#expect(said.expectation) })
        break
      case 'wrong':
        this.#note(line, said)
        break
    }
    this.#block = 'block' in said ? said.block : null
  }

  finish(): ParsedFile {
    // Once: a document is a copy of all rules so far, and none of them is looked at here.
    const declared = this.#draft.document()
    for (const { line, make } of [...this.#links, ...this.#rules, ...this.#expectations])
      this.#note(line, make(declared))
    if (this.#errors.length === 0) return { ok: true, document: this.#draft.document() }
    return { ok: false, errors: this.#errors.sort((a, b) => a.line - b.line) }
  }

  #state(line: Line, { key, change, ...place }: Fact): Problem | null {
    const before = this.#said.get(key)
    if (before !== undefined) return { ...place, message: `line ${before} says so already: ${key}` }
    this.#said.set(key, line.number)
    return change && this.#make(place, change)
  }

  #rule(rule: Word, enabled: boolean, declared: PolicyDocument): Problem | null {
    const text = unquoted(rule)
    const parsed = parseRule(text)
    if (!parsed.ok) return { ...within(rule, text, parsed.error), message: parsed.error.message }
    const resolved = resolveNames(parsed.rule, declared)
    if (!resolved.ok) return { ...within(rule, text, resolved), message: resolved.message }
    return this.#make(rule, { kind: 'rule.add', text: parsed.rule.text, names: resolved.names, enabled })
  }

  #expect(expectation: Word): Problem | null {
    const text = unquoted(expectation).trim()
    const parsed = parseExpectation(text)
    if (!parsed.ok) return { ...within(expectation, text, parsed.error), message: parsed.error.message }
    return this.#make(expectation, { kind: 'expectation.add', text })
  }

  #make({ at, end }: Place, change: PolicyChange): Problem | null {
    const message = makeChange(this.#draft, change)
    return message === null ? null : { at, end, message }
  }

  #note({ number, text }: Line, problem: Problem | null): void {
    if (problem !== null)
      this.#errors.push({ line: number, text, at: problem.at, end: problem.end, message: problem.message })
  }
}

/** A text with line breaks stands as JSON; rules and expectations never start with a quote otherwise. */
function unquoted({ text }: Word): string {
  if (!text.startsWith('"')) return text
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return text // the parser of what it should be says what is wrong
  }
}

/** A place inside a part of a line; where that part stands as JSON, all of it. */
function within({ text, at, end }: Word, inside: string, place: Place): Place {
  return inside === text ? { at: at + place.at, end: at + place.end } : { at, end }
}
