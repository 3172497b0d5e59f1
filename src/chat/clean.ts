/** A reply with all its texts passed through a function, its structure and the ids in it left as they are. Pure. */
import type { Markdown, Span } from './markdown.ts'
import type { Block, Reply } from './reply.ts'

type Clean = (text: string) => string

/** A copy of a reply whose texts have been cleaned. */
export function cleanReply(reply: Reply, clean: Clean): Reply {
  return { ...reply, blocks: reply.blocks.map((block) => cleanBlock(block, clean)) }
}

function cleanBlock(block: Block, clean: Clean): Block {
  switch (block.kind) {
    case 'text':
    case 'note':
      return { ...block, text: cleanMarkdown(block.text, clean) }
    case 'code':
      return { ...block, text: clean(block.text) }
    case 'fields':
      return {
        ...block,
        fields: block.fields.map(({ name, value }) => ({ name: clean(name), value: cleanMarkdown(value, clean) })),
      }
    case 'buttons':
      return { ...block, buttons: block.buttons.map((button) => ({ ...button, label: clean(button.label) })) }
  }
}

function cleanMarkdown({ spans }: Markdown, clean: Clean): Markdown {
  return { spans: spans.map((span) => cleanSpan(span, clean)) }
}

function cleanSpan(span: Span, clean: Clean): Span {
  // The text of these is an id or a moment, which the platform shows in its own way.
  if (span.text === (span.user ?? span.channel) || span.time !== undefined) return span
  return { ...span, text: clean(span.text), ...(span.link !== undefined && { link: clean(span.link) }) }
}
