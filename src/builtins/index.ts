/** The commands that every install has, by hand: they are part of the house, not of its user's `commands/`. */
import type { Command } from '../command/command.ts'
import aliasCreate from './alias-create.ts'
import aliasDelete from './alias-delete.ts'
import aliasList from './alias-list.ts'
import aliasMove from './alias-move.ts'
import aliasShow from './alias-show.ts'
import { approvalCommands } from './approval/index.ts'
import auditErase from './audit-erase.ts'
import auditKey from './audit-key.ts'
import auditList from './audit-list.ts'
import auditRotate from './audit-rotate.ts'
import auditSearch from './audit-search.ts'
import auditShow from './audit-show.ts'
import auditStatus from './audit-status.ts'
import breakGlass from './break-glass.ts'
import cat from './cat.ts'
import { dataCommands } from './data/index.ts'
import can from './explain/can.ts'
import whoCan from './explain/who-can.ts'
import why from './explain/why.ts'
import { freezeCommands } from './freeze/index.ts'
import help from './help.ts'
import history from './history.ts'
import historySearch from './history-search.ts'
import historyShow from './history-show.ts'
import { lockCommands } from './locks/index.ts'
import plan from './plan.ts'
import { policyCommands } from './policy/index.ts'
import { reviewCommands } from './review/index.ts'
import { roomCommands } from './rooms/index.ts'
import { runCommands } from './runs.ts'
import tee from './tee.ts'
import userLink from './user-link.ts'
import userUnlink from './user-unlink.ts'
import version from './version.ts'
import which from './which.ts'
import whoami from './whoami.ts'

export const builtins: readonly Command[] = [
  ...dataCommands,
  ...approvalCommands,
  aliasCreate,
  aliasDelete,
  aliasList,
  aliasMove,
  aliasShow,
  auditErase,
  auditKey,
  auditList,
  auditRotate,
  auditSearch,
  auditShow,
  auditStatus,
  breakGlass,
  can,
  cat,
  ...freezeCommands,
  help,
  history,
  historySearch,
  historyShow,
  ...lockCommands,
  ...policyCommands,
  plan,
  ...roomCommands,
  ...reviewCommands,
  ...runCommands,
  tee,
  userLink,
  userUnlink,
  version,
  which,
  whoCan,
  whoami,
  why,
]
