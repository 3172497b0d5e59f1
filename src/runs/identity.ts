/** Ids and digests of runs. Pure but for WebCrypto. */
import { base32 } from '../base32.ts'
import type { Invocation } from '../chat/invocation.ts'
import { hex, sha256 } from '../digest.ts'
import type { Json } from '../json.ts'

/** 16 characters carry 80 bits: no two deliveries meet by chance. */
const ID_CHARACTERS = 16

/** What a run id looks like, for people's input. */
export const RUN_ID = /^r_[0-9a-hjkmnp-tv-z]{16}$/

/** The id of the run that a delivery starts: a digest of the delivery id, so that a second delivery is the same run. */
export async function runIdOf(delivery: string): Promise<string> {
  return `r_${base32(await sha256(delivery), ID_CHARACTERS)}`
}

/**
 * A digest of who asked for what and where: the same delivery id with another content is refused by it.
 *
 * @param shown what may be kept of the line, where it holds or may hold a secret: a short one could be found from a digest
 */
export async function contentDigest(
  { source, actor, channel, input, record }: Invocation,
  shown: string | null,
): Promise<string> {
  const asked: Json =
    shown ??
    (input.kind === 'line'
      ? input.text
      : [input.path.join(' '), [...input.options].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))])
  const content = JSON.stringify([source, actor.platform, actor.workspace, actor.id, channel.id, asked, record])
  return hex(await sha256(content))
}
