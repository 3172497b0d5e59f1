/** Written by `npm run build` from the files in commands/. Do not edit. */
import command_deploy from '../commands/deploy.ts'
import command_http_check from '../commands/http-check.ts'
import command_meow from '../commands/meow.ts'
import command_sleep from '../commands/sleep.ts'
import type { Command } from './command/command.ts'

export const modules: readonly { readonly file: string; readonly command: Command }[] = [
  { file: 'commands/deploy.ts', command: command_deploy },
  { file: 'commands/http-check.ts', command: command_http_check },
  { file: 'commands/meow.ts', command: command_meow },
  { file: 'commands/sleep.ts', command: command_sleep },
]
