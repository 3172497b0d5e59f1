/**
 * The JSON shape in which a request and its rules come into the house and a decision leaves it (`pawl policy eval`); defined in
 * the law of the language. Pure. Without a command's schema the values' own JSON types count.
 */
import * as z from 'zod'
import { type Care, needsCare } from '../command/care.ts'
import { isRecord, type Json } from '../json.ts'
import { compilePolicy, decide } from './decide.ts'
import type { Request } from './request.ts'
import { parseRule } from './rule-parse.ts'

export type EvalAnswer =
  | {
      readonly decision: 'allow' | 'deny'
      /** As they were given; those that decide a denial come first. */
      readonly matched: readonly string[]
      readonly missing: readonly string[]
      readonly because: string
      /** Only where a rule that matches wants it. */
      readonly care?: {
        readonly confirm: boolean
        readonly approvals: readonly { readonly permission: string; readonly count: number }[]
      }
    }
  | {
      readonly decision: 'deny'
      /** `rule` is the one that cannot be read; without it the line is wrong. */
      readonly error: { readonly message: string; readonly at: number; readonly rule?: string }
    }

const A_TEXT = 'must be a text'
const TEXTS = 'must be a list of texts'
const OR_NULL = 'must be a text or null'

const texts = z.array(z.string(TEXTS), TEXTS)

const seam = z.strictObject({
  rules: texts,
  command: z.string(A_TEXT),
  /** In declared order. */
  args: z
    .array(
      z.custom<Json>(() => true),
      'must be a list',
    )
    .default([]),
  options: z.custom<{ readonly [name: string]: Json }>(isRecord, 'must be an object').default({}),
  permissions: texts.default([]),
  /** Null or absent in a direct message. */
  channel: z.string(OR_NULL).nullable().default(null),
  /** Null or absent for somebody who has not been added. */
  user: z.string(OR_NULL).nullable().default(null),
  groups: texts.default([]),
  /** Absent: none that a rule could name. */
  platform: z.string(OR_NULL).nullable().default(null),
  workspace: z.string(OR_NULL).nullable().default(null),
})

type Line = z.output<typeof seam>

/**
 * Decides one request of the seam; never throws.
 *
 * @example evaluateSeam({ rules: ['when command is deploy allow'], command: 'deploy' }) // { decision: 'allow', … }
 */
export function evaluateSeam(line: unknown): EvalAnswer {
  if (!isRecord(line)) return refuse('this line is not a JSON object: write {"rules":["…"],"command":"…"}')
  const parsed = seam.safeParse(line)
  if (!parsed.success) return refuse(sentence(parsed.error.issues[0]))
  const given = new Map<string, Set<string>>()
  for (const text of parsed.data.rules) {
    const rule = parseRule(text)
    if (!rule.ok) return { decision: 'deny', error: { message: rule.error.message, at: rule.error.at, rule: text } }
    given.set(rule.rule.text, (given.get(rule.rule.text) ?? new Set()).add(text))
  }
  const { command, rules } = parsed.data
  const policy = compilePolicy(
    'seam',
    rules.map((text) => ({ command, text })),
  )
  const decision = decide(policy, requestOf(parsed.data))
  return {
    decision: decision.allowed ? 'allow' : 'deny',
    matched: decision.rules.flatMap((text) => [...(given.get(text) ?? [])]),
    missing: decision.allowed ? [] : decision.missing,
    because: decision.allowed ? 'every rule that matches is satisfied' : decision.because,
    ...(decision.allowed && needsCare(decision.care) && { care: shownCare(decision.care) }),
  }
}

function shownCare({ confirmation, approvals }: Care) {
  return {
    confirm: confirmation !== null,
    approvals: approvals.map(({ permission, count }) => ({ permission, count })),
  }
}

function requestOf({ command, args, options, permissions, channel, user, groups, platform, workspace }: Line): Request {
  return {
    command,
    arguments: { list: args, named: new Map(Object.entries(options)) },
    where: { platform, workspace, channel },
    user,
    groups: new Set(groups),
    permissions: new Set(permissions),
  }
}

function refuse(message: string): EvalAnswer {
  return { decision: 'deny', error: { message, at: 0 } }
}

function sentence(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys')
    return `there is no key ${issue.keys.join(', ')}: write ${Object.keys(seam.shape).join(', ')}`
  return `${String(issue?.path[0])} ${issue?.message}`
}
