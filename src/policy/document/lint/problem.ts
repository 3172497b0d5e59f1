/** What lint looks at and what it finds. Pure: types, and the reading that every check shares. */
import type { Registry } from '../../../command/registry.ts'
import { compilePolicy, type Policy, type RuleSource } from '../../decide.ts'
import { parseRule } from '../../rule-parse.ts'
import type { RuleNames, RuleResult } from '../../tree.ts'
import { ruleSources, withoutEnded } from '../evaluate.ts'
import type { PolicyDocument } from '../model.ts'
import { shippedRules } from '../shipped.ts'

/** What a policy is checked against: the install that it is for, and the moment. */
export interface LintContext {
  readonly registry: Registry
  /** The accounts of PAWL_ADMINS, which stand outside the document. */
  readonly admins: ReadonlySet<string>
  /** `slack:T1`: the workspaces that are served, from which alone somebody can administer; null: not known here, so any counts. */
  readonly workspaces: ReadonlySet<string> | null
  /** Milliseconds since 1970: a grant that has ended counts for nothing. */
  readonly now: number
  /** `some`: not every member was loaded, so a group may only look empty. Default `all`. */
  readonly people?: 'all' | 'some'
}

export interface Problem {
  readonly kind:
    | 'administrator'
    | 'command'
    | 'condition'
    | 'expectation'
    | 'group'
    | 'name'
    | 'permission'
    | 'pointless'
    | 'role'
    | 'rule'
  /** A change that brings an error is refused; a warning is told. */
  readonly severity: 'error' | 'warning'
  /** What it is about: `rule "…"`, `commands/deploy.ts, rule "…"`, `group deployers`. */
  readonly subject: string
  /** What is wrong and what to do. */
  readonly message: string
}

/** A rule that counts, read. */
export interface LintRule {
  readonly subject: string
  readonly text: string
  readonly command: string
  readonly parsed: RuleResult
  readonly names: RuleNames
  /** False for a rule that a module ships. */
  readonly ofSite: boolean
}

/** Everything that the checks look at, read once. */
export interface LintGround extends LintContext {
  readonly document: PolicyDocument
  /** The document without the grants that have ended. */
  readonly live: PolicyDocument
  readonly policy: Policy
  readonly rules: readonly LintRule[]
}

export function readGround(document: PolicyDocument, context: LintContext): LintGround {
  const { registry } = context
  const shipped = shippedRules(registry)
  const site = ruleSources(document)
  const read = (ofSite: boolean, { text, command, names = {} }: RuleSource): LintRule => {
    const file = ofSite ? null : registry.fileOf(command)
    const subject = `${file === null ? '' : `${file}, `}rule "${text}"`
    return { subject, text, command, parsed: parseRule(text), names, ofSite }
  }
  return {
    ...context,
    document,
    live: withoutEnded(document, context.now),
    policy: compilePolicy('document', [...shipped, ...site]),
    rules: [...shipped.map((source) => read(false, source)), ...site.map((source) => read(true, source))],
  }
}
