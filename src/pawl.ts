/**
 * `#pawl`: all that a command module imports beside zod. zod itself is imported by each module as `import * as z from
 * 'zod'`; passing `z` on from here would keep all of it in the bundle (73 KB gzipped more).
 */
export { channelName, code, joinMarkdown, type Markdown, md, plain, timeOf, userName } from './chat/markdown.ts'
export type { Block } from './chat/reply.ts'
export type { Command, CompletionContext, Context, Found, NextCommand, Result, View } from './command/command.ts'
export { defineCommand } from './command/define.ts'
export { formatDuration, parseDuration } from './command/duration.ts'
export { CommandFailure } from './command/failure.ts'
export { option } from './command/options.ts'
export { wait } from './command/wait.ts'
export type { Json, PawlRecord } from './json.ts'
export { line } from './language/print.ts'
