/** What a person sees of records. Pure. */
import { isMarkdown, md, plain } from '../chat/markdown.ts'
import type { Block } from '../chat/reply.ts'
import type { Command, NextCommand, Shown } from '../command/command.ts'
import type { PawlRecord } from '../json.ts'
import { keptText } from '../runs/kept.ts'
import { recordLayout, recordsLayout } from './fields.ts'
import { withMoments } from './moment.ts'
import { countText, type Layout, type Page, pageOf } from './page.ts'
import { tableLayout } from './table.ts'
import { textLayout } from './text.ts'

/**
 * The blocks for the records of the last stage: the command's own view, else text, the fields of one record, a table, or
 * fields record by record; with more than one answer takes, the first page and how to see the next.
 *
 * @param run the id of the run whose records they are
 * @param command null: its own view would not be true of them
 * @param reader `others` cannot ask for the next page, nor press anything: the run is not theirs
 */
export function viewOf(
  run: string,
  command: Command | null,
  records: readonly PawlRecord[],
  reader: 'asker' | 'others' = 'asker',
): Seen {
  const [first, ...rest] = records
  if (!first) return seen([{ kind: 'text', text: plain(command?.empty ?? 'Done. There is nothing to show.') }])
  const own = command?.view([first, ...rest]) ?? null
  if (own !== null)
    return 'show' in own ? seen(blocksOf(own.show), reader === 'others' ? [] : own.actions) : seen(blocksOf(own))
  const page = pageOf(layoutOf(records), 1)
  if (page === null || page.isLast) return seen(page?.blocks ?? [])
  if (reader === 'others') return seen([...page.blocks, { kind: 'note', text: plain(placeOf(page)) }])
  if (keptText(records) === null) return seen([...page.blocks, narrowNote(page)])
  return seen([...page.blocks, nextNote(run, page)], [nextPage(run, page)])
}

/** What is shown, and what may be done next. */
export interface Seen {
  readonly blocks: readonly Block[]
  readonly actions: readonly NextCommand[]
}

function seen(blocks: readonly Block[], actions: readonly NextCommand[] = []): Seen {
  return { blocks, actions }
}

/** A view as blocks. */
export function blocksOf(view: Shown): readonly Block[] {
  return withMoments(isMarkdown(view) ? [{ kind: 'text', text: view }] : view)
}

/** How records are shown that have no view of their own. */
export function layoutOf(records: readonly PawlRecord[]): Layout {
  const [only] = records
  return (
    textLayout(records) ??
    (records.length === 1 && only ? recordLayout(only) : (tableLayout(records) ?? recordsLayout(records)))
  )
}

/** Where a page stands among the others, and what to type for the next one. */
export function nextNote(run: string, page: Page): Block {
  return { kind: 'note', text: md`${placeOf(page)} · next: \`${nextPage(run, page).run}\`` }
}

/** The button that turns a page. */
export function nextPage(run: string, { number }: Pick<Page, 'number'>): NextCommand {
  return { label: 'Next page', run: `run show ${run} --page ${number + 1}` }
}

/** The button that turns it back. */
export function previousPage(run: string, { number }: Pick<Page, 'number'>): NextCommand {
  return { label: 'Previous page', run: `run show ${run} --page ${number - 1}` }
}

/** The records of this run were too many to keep: there is no next page. */
function narrowNote(page: Page): Block {
  return {
    kind: 'note',
    text: md`${placeOf(page)} · too much to keep for a next page: end the line with \`| head\`, \`| filter\` or \`| pick\``,
  }
}

/**
 * How much of all a page shows.
 *
 * @example 'Records 26 to 50 of 120'
 */
export function placeOf(page: Page): string {
  const { unit, first, last, total } = page
  if (first === 1) return `The first ${countText(page, last)}`
  return `${unit[0]?.toUpperCase()}${unit.slice(1)}s ${first} to ${last} of ${total}`
}
