/**
 * Where an answer in Slack can go: written by the reader of a request, read by the courier alone. Pure.
 * Holds a bearer secret (response_url): never logged, never audited.
 */
import * as z from 'zod'
import type { Address } from '../invocation.ts'

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
export const RESPONSE_URL_MS = 30 * 60_000
export const RESPONSE_URL_USES = 5

const addressSchema = z.object({
  platform: z.literal('slack'),
  team: z.string(),
  channel: z.string(),
  user: z.string(),
  thread: z.string().optional(),
  /** The message that asked, or on which a shortcut was used: a thread can begin there. */
  asked_in: z.string().optional(),
  /** True: what the room sees of the answer goes into a thread there. What one person sees would be lost in a thread that has not begun. */
  under: z.literal(true).optional(),
  /** The message whose button was pressed, empty where Slack did not say: what the response_url changes. */
  pressed: z.string().optional(),
  response_url: z.string().optional(),
  /** Milliseconds since 1970. */
  response_url_until: z.number().optional(),
})

export type SlackAddress = z.output<typeof addressSchema>

export interface SlackPlace {
  readonly team: string
  readonly channel: string
  readonly user: string
  readonly thread?: string | undefined
  readonly askedIn?: string | undefined
  readonly pressed?: string | undefined
  readonly responseUrl?: string | undefined
  readonly receivedAt: number
}

/** The address of an answer; a response_url is given its deadline. */
export function slackAddress({
  team,
  channel,
  user,
  thread,
  askedIn,
  pressed,
  responseUrl,
  receivedAt,
}: SlackPlace): Address {
  return {
    platform: 'slack',
    team,
    channel,
    user,
    ...(thread !== undefined && { thread }),
    ...(askedIn !== undefined && { asked_in: askedIn }),
    ...(pressed !== undefined && { pressed }),
    ...(responseUrl !== undefined && { response_url: responseUrl, response_url_until: receivedAt + RESPONSE_URL_MS }),
  }
}

/** The courier's reading; null when it is no address of Slack's. */
export function readSlackAddress(address: Address): SlackAddress | null {
  return addressSchema.safeParse(address).data ?? null
}

/**
 * True for an address that only Slack answers at: whoever could choose it would get every reply. The origin of the
 * configured API counts where that is not Slack's own (the local simulator).
 */
export function isResponseUrl(address: string, apiUrl: string): boolean {
  const url = URL.parse(address)
  if (url === null || url.username !== '' || url.password !== '') return false
  if (
    url.protocol === 'https:' &&
    url.port === '' &&
    (url.hostname === 'hooks.slack.com' || url.hostname === 'hooks.slack-gov.com')
  )
    return true
  const api = new URL(apiUrl)
  return !/(^|\.)slack(-gov)?\.com$/.test(api.hostname) && url.origin === api.origin
}
