/** The settings of what goes outside of the audit log, and of how long its lines stay in D1: read and checked. Pure. */
import { fromBase64 } from '../base64.ts'

export interface AuditConfig {
  /** Who is sent each line; null: nobody. */
  readonly webhook: WebhookConfig | null
  /** Whether an R2 bucket is bound for archives. */
  readonly archive: boolean
  /** Days after which archived lines leave D1; null: they stay. */
  readonly keepDays: number | null
  /** Bytes that the database may have. */
  readonly databaseLimit: number
}

export interface WebhookConfig {
  /** May hold a token: never shown. */
  readonly url: string
  readonly key: Uint8Array<ArrayBuffer>
}

/** As the environment has them; an empty one is undefined. */
export interface AuditSettings {
  readonly PAWL_AUDIT_WEBHOOK?: string | undefined
  readonly PAWL_AUDIT_WEBHOOK_SECRET?: string | undefined
  readonly PAWL_AUDIT_KEEP_DAYS?: string | undefined
  readonly PAWL_D1_LIMIT_MB?: string | undefined
}

/** Standard Webhooks: 24 to 64 random bytes. */
const KEY_BYTES = { least: 24, most: 64 }

/** A hundred years. */
const KEEP_DAYS_MAX = 36_500

/** A D1 database holds 10 GB on the paid plan, and cannot grow further (platform limits of D1). */
const D1_LIMIT_MB = 10_000

const MB = 1_000_000

/** The settings as far as they can be used, and what is wrong with the others. */
export function readAuditSettings(
  settings: AuditSettings,
  archive: boolean,
): { readonly audit: AuditConfig; readonly problems: readonly string[] } {
  const problems: string[] = []
  const webhook = readWebhook(settings, problems)
  const keepDays = readCount(settings, 'PAWL_AUDIT_KEEP_DAYS', { most: KEEP_DAYS_MAX, unit: 'days' }, problems)
  if (keepDays !== null && !archive) problems.push(NO_ARCHIVE)
  const limit = readCount(settings, 'PAWL_D1_LIMIT_MB', { most: D1_LIMIT_MB, unit: 'megabytes' }, problems)
  return { audit: { webhook, archive, keepDays, databaseLimit: (limit ?? D1_LIMIT_MB) * MB }, problems }
}

/** Said wherever problems are: the setting alone does nothing. */
export const NO_ARCHIVE =
  'PAWL_AUDIT_KEEP_DAYS is set, and no line leaves D1: bind an R2 bucket as AUDIT_ARCHIVE (docs/deploy.md), or delete the setting'

function readWebhook(settings: AuditSettings, problems: string[]): WebhookConfig | null {
  const { PAWL_AUDIT_WEBHOOK: address, PAWL_AUDIT_WEBHOOK_SECRET: secret } = settings
  if (address === undefined) return null
  if (!URL.canParse(address) || new URL(address).protocol !== 'https:') {
    problems.push('PAWL_AUDIT_WEBHOOK is not an address that begins with https://')
    return null
  }
  const key = secret?.startsWith('whsec_') ? fromBase64(secret.slice('whsec_'.length)) : null
  if (key === null || key.length < KEY_BYTES.least || key.length > KEY_BYTES.most) {
    problems.push(
      `PAWL_AUDIT_WEBHOOK_SECRET is not whsec_ and the base 64 of ${KEY_BYTES.least} to ${KEY_BYTES.most} bytes: make one with \`echo whsec_$(openssl rand -base64 32)\`; until then nothing is sent`,
    )
    return null
  }
  return { url: address, key }
}

function readCount(
  settings: AuditSettings,
  name: keyof AuditSettings,
  { most, unit }: { readonly most: number; readonly unit: string },
  problems: string[],
): number | null {
  const written = settings[name]
  if (written === undefined) return null
  const count = /^[1-9][0-9]{0,5}$/.test(written) ? Number(written) : Number.NaN
  if (count <= most) return count
  problems.push(`${name} is not a whole number of ${unit} from 1 to ${most}`)
  return null
}
