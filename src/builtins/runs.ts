/** The commands about runs. */
import type { Command } from '../command/command.ts'
import runAction from './run-action.ts'
import runCancel from './run-cancel.ts'
import runList from './run-list.ts'
import runLog from './run-log.ts'
import runResolve from './run-resolve.ts'
import runRetry from './run-retry.ts'
import runShow from './run-show.ts'

export const runCommands: readonly Command[] = [runAction, runCancel, runList, runLog, runResolve, runRetry, runShow]
