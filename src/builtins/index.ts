/** The commands that every install has, by hand: they are part of the house, not of its user's `commands/`. */
import type { Command } from '../command/command.ts'
import aliasCreate from './alias-create.ts'
import aliasDelete from './alias-delete.ts'
import aliasList from './alias-list.ts'
import aliasMove from './alias-move.ts'
import aliasShow from './alias-show.ts'
import auditList from './audit-list.ts'
import cat from './cat.ts'
import { dataCommands } from './data/index.ts'
import help from './help.ts'
import history from './history.ts'
import { linkCommands } from './links.ts'
import { namedCommands } from './named.ts'
import { runCommands } from './runs.ts'
import tee from './tee.ts'
import userAdd from './user-add.ts'
import version from './version.ts'
import which from './which.ts'
import whoami from './whoami.ts'

export const builtins: readonly Command[] = [
  ...dataCommands,
  aliasCreate,
  aliasDelete,
  aliasList,
  aliasMove,
  aliasShow,
  auditList,
  cat,
  help,
  history,
  ...linkCommands,
  ...namedCommands,
  ...runCommands,
  tee,
  userAdd,
  version,
  which,
  whoami,
]
