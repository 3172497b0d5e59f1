/** The data commands: what makes, chooses, orders and sums records in a pipeline. All pure but for `date`, which reads the clock. */
import type { Command } from '../../command/command.ts'
import abortWhen from './abort-when.ts'
import avg from './avg.ts'
import count from './count.ts'
import date from './date.ts'
import diff from './diff.ts'
import echo from './echo.ts'
import filter from './filter.ts'
import flatten from './flatten.ts'
import group from './group.ts'
import head from './head.ts'
import join from './join.ts'
import max from './max.ts'
import min from './min.ts'
import pick from './pick.ts'
import raw from './raw.ts'
import seed from './seed.ts'
import set from './set.ts'
import sort from './sort.ts'
import split from './split.ts'
import sum from './sum.ts'
import table from './table.ts'
import tail from './tail.ts'
import unique from './unique.ts'

export const dataCommands: readonly Command[] = [
  abortWhen,
  avg,
  count,
  date,
  diff,
  echo,
  filter,
  flatten,
  group,
  head,
  join,
  max,
  min,
  pick,
  raw,
  seed,
  set,
  sort,
  split,
  sum,
  table,
  tail,
  unique,
]
