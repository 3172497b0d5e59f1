/** The commands of policy administration. */
import type { Command } from '../../command/command.ts'
import { expectationCommands } from './expectations.ts'
import { groupLists } from './group-lists.ts'
import { linkCommands } from './links.ts'
import { namedCommands } from './named.ts'
import { permissionLists } from './permission-lists.ts'
import ruleCreate from './rule-create.ts'
import { ruleLists } from './rule-lists.ts'
import { ruleSwitches } from './rule-switch.ts'
import userAdd from './user-add.ts'
import { userLists } from './user-lists.ts'
import userRemove from './user-remove.ts'

export const policyCommands: readonly Command[] = [
  ...expectationCommands,
  ...groupLists,
  ...linkCommands,
  ...namedCommands,
  ...permissionLists,
  ruleCreate,
  ...ruleLists,
  ...ruleSwitches,
  userAdd,
  ...userLists,
  userRemove,
]
