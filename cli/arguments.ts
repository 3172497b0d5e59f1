/** Reading a subcommand's own options, with errors as one line instead of a stack. Pure. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'

type Parsed<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>

/** The options and words of a command line; null (and the usage on stderr) when it is wrong. */
export function readArguments<const O extends ParseArgsOptionsConfig>(
  argv: string[],
  options: O,
  usage: string,
): Parsed<O> | null {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: ${usage}`)
    return null
  }
}
