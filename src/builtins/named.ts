/** `group create`, `role create`: each makes an empty one. */
import * as z from 'zod'
import { md } from '../chat/markdown.ts'
import type { Command } from '../command/command.ts'
import { defineCommand } from '../command/define.ts'
import { ADMIN_PERMISSION, createNamed, NAME, NAME_ADVICE } from './admin.ts'

export const namedCommands: readonly Command[] = (['group', 'role'] as const).map((kind) =>
  defineCommand({
    name: `${kind} create`,
    summary: `Create an empty ${kind}`,
    options: { name: z.string().regex(NAME, NAME_ADVICE).describe(`Name of the new ${kind}`) },
    effects: 'write',
    answer: 'private',
    rules: [`when command is ${kind}:create must have ${ADMIN_PERMISSION}`],
    async handler({ name }, ctx) {
      await createNamed(ctx, `${kind}s`, name)
      return { kind, name }
    },
    view: ([made]) => md`Created the ${made.kind} **${made.name}**.`,
  }),
)
