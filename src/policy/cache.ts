/**
 * Compiled rules per isolate, by version. Network: D1, only when the version has moved.
 *
 * The version is read in the same batch as the actor's permissions, from the primary: a rule that was changed anywhere holds
 * from the next command on, and an unchanged policy costs no extra trip.
 */
import type { Database } from '../db/database.ts'
import { selectVersion } from '../db/policy.ts'
import { type SiteRow, selectSite, siteOf } from '../db/site.ts'
import { type RuleRow, type SubjectRow, selectHolders, selectRules } from '../db/subject.ts'
import { digestOf } from '../digest.ts'
import { compilePolicy, type Policy, type RuleSource } from './decide.ts'
import { EVERYONE } from './document/model.ts'
import { ADMIN } from './house-permissions.ts'
import type { Subject } from './request.ts'
import { NO_SITE } from './site.ts'
import type { RuleNames } from './tree.ts'

/** Administrators named in a refusal; more would be noise. */
const GRANTORS_SHOWN = 5

interface Entry {
  readonly version: number
  readonly policy: Policy
  grantors?: readonly string[]
}

export class PolicyCache {
  private entry: Entry | null = null
  private readonly shipped: readonly RuleSource[]

  /** @param shipped the rules of the modules: they travel with the code, so a deploy loads them and a rollback takes them back */
  constructor(shipped: readonly RuleSource[]) {
    this.shipped = shipped
  }

  /** Statements to put into the batch that reads the subject: none when rules are cached. */
  statements(db: Database): D1PreparedStatement[] {
    return this.entry === null ? [selectRules(db), selectSite(db)] : []
  }

  /**
   * The policy at exactly the version that the batch saw. `answers` are those to {@link statements}, if there were any. Throws when
   * D1 does.
   */
  async at(db: Database, version: number, answers: readonly (D1Result | undefined)[]): Promise<Policy> {
    const [rules, site] = answers as readonly [D1Result<RuleRow>?, D1Result<SiteRow>?]
    if (rules && site) return await this.keep(version, rules.results, site.results)
    if (this.entry?.version === version) return this.entry.policy
    const [fresh, around, now] = (await db.batch([selectRules(db), selectSite(db), selectVersion(db)])) as [
      D1Result<RuleRow>,
      D1Result<SiteRow>,
      D1Result<{ version: number }>,
    ]
    return await this.keep(now.results[0]?.version ?? version, fresh.results, around.results)
  }

  /** Names of users who can grant permissions, cached with the policy; `now` in milliseconds since 1970. */
  async grantors(db: Database, now: number): Promise<readonly string[]> {
    const entry = this.entry
    if (entry?.grantors) return entry.grantors
    const { results } = await selectHolders(db, ADMIN, now, GRANTORS_SHOWN).all<{ name: string }>()
    const names = results.map(({ name }) => name)
    if (entry) entry.grantors = names
    return names
  }

  private async keep(version: number, rows: readonly RuleRow[], [around]: readonly SiteRow[]): Promise<Policy> {
    const site = rows.map(
      ({ id, command, text, names }): RuleSource => ({ id, command, text, names: JSON.parse(names) as RuleNames }),
    )
    // The audit names the version in D1 and, by digest, the rules that this build ships.
    const digest = await digestOf(this.shipped.map(({ text }) => text))
    const policy = compilePolicy(`${version}/${digest}`, [...this.shipped, ...site], around ? siteOf(around) : NO_SITE)
    this.entry = { version, policy }
    return policy
  }
}

/**
 * The subject of a decision from the row that admission read.
 *
 * @param member a full member of a served workspace, who is in the group `everyone` and holds what it holds
 */
export function subjectOf(row: SubjectRow, administrator: boolean, member: boolean): Subject {
  const groups = (JSON.parse(row.groups) as [number, string][]).map(([id, name]) => ({ id, name }))
  const permissions = JSON.parse(row.permissions) as string[]
  if (member) {
    groups.push({ id: row.everyone, name: EVERYONE })
    permissions.push(...(JSON.parse(row.open_permissions) as string[]))
  }
  return {
    user: row.user_id === null || row.user_name === null ? null : { id: row.user_id, name: row.user_name },
    administrator,
    groups,
    permissions: new Set(permissions),
  }
}
