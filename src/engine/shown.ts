/** A bound call as people read it: one line, secrets masked. Pure. */
import { maskTokens } from '../audit/tokens.ts'
import type { Arguments, Command, Option } from '../command/command.ts'
import { MASK } from '../command/redact.ts'
import type { Json } from '../json.ts'
import { printStage } from '../language/print.ts'
import type { Token } from '../language/tree.ts'

/**
 * The command with its arguments by name; what has its default is left out.
 *
 * @example callText(deploy, { service: 'web', env: 'prod', force: false }) // 'deploy --service=web --env=prod'
 */
export function callText(command: Command, args: Arguments): string {
  const given = command.options.flatMap((option) => {
    const value = Object.hasOwn(args, option.name) ? args[option.name] : undefined
    const isDefault = JSON.stringify(value) === JSON.stringify(option.default ?? (option.list ? [] : undefined))
    return value === undefined || isDefault ? [] : optionTexts(option, value)
  })
  return maskTokens([command.name, ...given].join(' '))
}

function optionTexts({ name, kind, list, secret }: Option, value: Json): string[] {
  if (secret) return [optionText(name, MASK)]
  if (kind === 'boolean') return [optionText(value === false ? `no-${name}` : name, null)]
  const values = list && Array.isArray(value) ? value : [value]
  return values.map((one) => optionText(name, typeof one === 'string' ? one : JSON.stringify(one)))
}

function optionText(name: string, text: string | null): string {
  const value = text === null ? null : ({ kind: 'text', text, quoted: false } as const)
  const token: Token = { kind: 'option', name, long: true, value, at: 0, end: 0 }
  return printStage({ tokens: [token] })
}
