/**
 * Who is a full member of a Slack workspace. Network: Slack's Web API, through the client; needs the scope `users:read`.
 * https://docs.slack.dev/reference/objects/user-object
 */
import * as z from 'zod'
import type { Actor, Standing } from '../invocation.ts'
import type { SlackClient } from './client.ts'

const flag = z.boolean().default(false)

const userSchema = z.object({
  user: z.object({
    team_id: z.string().nullish(),
    deleted: flag,
    is_bot: flag,
    /** A guest of several channels, and of one. */
    is_restricted: flag,
    is_ultra_restricted: flag,
    /** Of another workspace, seen through a shared channel. */
    is_stranger: flag,
    /** Invited and not come yet. */
    is_invited_user: flag,
    /** On Enterprise Grid: every workspace that the person is in, where `team_id` names one. */
    enterprise_user: z.object({ teams: z.array(z.string()).default([]) }).nullish(),
  }),
})

/** Asks Slack. Never rejects: what Slack does not say is unknown. */
export async function askSlackStanding(client: SlackClient, { workspace, id }: Actor): Promise<Standing> {
  const found = await client.query('users.info', { user: id })
  const user = found.kind === 'ok' ? userSchema.safeParse(found.body).data?.user : undefined
  if (!user) return 'unknown'
  const { team_id, deleted, is_bot, is_restricted, is_ultra_restricted, is_stranger, is_invited_user } = user
  const isHere = team_id === workspace || (user.enterprise_user?.teams.includes(workspace) ?? false)
  const isLess = deleted || is_bot || is_restricted || is_ultra_restricted || is_stranger || is_invited_user
  return isHere && !isLess ? 'member' : 'outside'
}
