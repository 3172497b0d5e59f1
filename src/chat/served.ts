/**
 * The answer to somebody whose workspace this install does not serve. Pure.
 */
import { md } from './markdown.ts'
import { type Reply, textReply } from './reply.ts'

/** Says what happened and who can change it. `workspace` is the setting's entry, as in `slack:T123`; null where there is none. */
export function notServedReply(workspace: string | null): Reply {
  return workspace === null
    ? textReply(
        md`Pawl works only inside a server that its operators allowed; nothing was run. Use it in a channel of such a server.`,
      )
    : textReply(
        md`This install of Pawl does not serve your workspace; nothing was run. Its operator can add \`${workspace}\` to the setting \`PAWL_WORKSPACES\`.`,
      )
}
