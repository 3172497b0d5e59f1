/** How a line is typed on each platform, for texts that say what to type. Pure. */

/** What stands before a line. Slack's own commands and a mention of the bot do as well. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ['slack', '/pawl '],
  ['discord', '/pawl run:'],
])

/**
 * A line as it is typed on a platform; as it stands on one that is not known.
 *
 * @example typedLine('discord', 'confirm prod') // '/pawl run:confirm prod'
 */
export function typedLine(platform: string, line: string): string {
  return `${BEFORE.get(platform) ?? ''}${line}`
}
