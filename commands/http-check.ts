/** `http check`: does an address answer, with what and how fast. Touches the network through `ctx.fetch`. */

import * as z from 'zod'
import { CommandFailure, defineCommand, line, md } from '#pawl'
import { checkAddress } from './_lib/address.ts'
import { probe } from './_lib/probe.ts'

/** A longer address does not fit on the line behind a button. */
const URL_AGAIN = 400

export default defineCommand({
  name: 'http check',
  summary: 'Check that a web address answers, with which status and how fast',
  description:
    'Follows up to 5 redirects and checks each address anew. Only http and https, the usual ports, and public hosts by name or plain IP address.',
  options: { url: z.string().min(1).max(2_000).describe('The address, as in https://example.com/health') },
  effects: 'read',
  timeout: '20s',
  rules: ['when command is http:check must have http:check'],
  examples: [['http check https://example.com', 'status and time of a page']],
  async handler({ url }, ctx) {
    const exceptions = new Set(
      (ctx.setting('HTTP_CHECK_ALLOW_HOSTS') ?? '').split(/[\s,]+/).filter((entry) => entry !== ''),
    )
    const allow = (text: string, from?: URL) => checkAddress(text, exceptions, from)
    const first = allow(url)
    if (!first.ok) throw new CommandFailure(first.message)
    return await probe(first.url, { allow, fetch: ctx.fetch, now: () => ctx.now(), signal: ctx.signal })
  },
  view([{ url, status, ms, ok, error, redirects }]) {
    const show =
      error === null
        ? md`${ok ? 'Up' : '**Not well**'}: ${url} answered **${status}** in ${ms} ms${redirects > 0 ? ` after ${redirects} redirects` : ''}`
        : md`**Down**: ${url} ${error} (${ms} ms)`
    return { show, actions: url.length > URL_AGAIN ? [] : [{ label: 'Check again', run: line`http check ${url}` }] }
  },
})
