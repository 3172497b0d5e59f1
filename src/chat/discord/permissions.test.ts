import { describe, expect, it } from 'vitest'
import {
  ADMINISTRATOR,
  type Guild,
  type Overwrites,
  permissionsIn,
  SEND_MESSAGES,
  SEND_MESSAGES_IN_THREADS,
  VIEW_CHANNEL,
} from './permissions.ts'

const BOTH = VIEW_CHANNEL | SEND_MESSAGES
const guild = (everyone: bigint, roles: Record<string, bigint> = {}): Guild => ({
  id: '100',
  owner_id: '1',
  roles: [
    { id: '100', permissions: everyone },
    ...Object.entries(roles).map(([id, permissions]) => ({ id, permissions })),
  ],
})
const ada = (...roles: string[]) => ({ user: '200', roles })
const overwrite = (id: string, { allow = 0n, deny = 0n }) => ({ id, allow, deny })

/** Of the four layers, the later ones win; inside one of them, what is allowed wins. */
const CASES: [string, Guild, string[], Overwrites, bigint][] = [
  ['nothing is allowed by nobody', guild(0n), [], [], 0n],
  ['what everybody may, each may', guild(BOTH), [], [], BOTH],
  ['roles add up', guild(VIEW_CHANNEL, { r: SEND_MESSAGES }), ['r'], [], BOTH],
  ['roles of others do not count', guild(VIEW_CHANNEL, { r: SEND_MESSAGES }), [], [], VIEW_CHANNEL],
  ['a channel takes from everybody', guild(BOTH), [], [overwrite('100', { deny: SEND_MESSAGES })], VIEW_CHANNEL],
  [
    'and gives back to a role',
    guild(BOTH, { r: 0n }),
    ['r'],
    [overwrite('r', { allow: SEND_MESSAGES }), overwrite('100', { deny: SEND_MESSAGES })],
    BOTH,
  ],
  [
    'of two roles the one that allows wins',
    guild(BOTH, { r: 0n, s: 0n }),
    ['r', 's'],
    [overwrite('r', { allow: SEND_MESSAGES }), overwrite('s', { deny: SEND_MESSAGES })],
    BOTH,
  ],
  [
    'what is said of the person comes last',
    guild(BOTH, { r: 0n }),
    ['r'],
    [overwrite('200', { deny: SEND_MESSAGES }), overwrite('r', { allow: SEND_MESSAGES })],
    VIEW_CHANNEL,
  ],
  ['what is said of other people is nothing', guild(BOTH), [], [overwrite('201', { deny: BOTH })], BOTH],
  ['who may not see may not write', guild(BOTH), [], [overwrite('100', { deny: VIEW_CHANNEL })], 0n],
]

describe('what a member may do in a channel', () => {
  it.each(CASES)('%s', (_, rules, roles, overwrites, expected) => {
    expect(permissionsIn(rules, ada(...roles), overwrites)).toBe(expected)
  })

  it.each([
    ['an administrator', guild(0n, { r: ADMINISTRATOR }), '200'],
    ['the owner', guild(0n), '1'],
  ])('is everything for %s, whatever the channel says', (_, rules, user) => {
    const all = permissionsIn(rules, { user, roles: ['r'] }, [
      overwrite('100', { deny: BOTH }),
      overwrite(user, { deny: BOTH }),
    ])
    for (const bit of [VIEW_CHANNEL, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS]) expect(all & bit).toBe(bit)
  })
})
