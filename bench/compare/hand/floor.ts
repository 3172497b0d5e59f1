/** The floor: a bare worker that verifies what Slack and Discord sign, and answers. Written for the benchmark; runs in workerd. */
import { answer, type Secrets, verified } from './verify.ts'

export default {
  async fetch(request: Request, env: Secrets): Promise<Response> {
    const asked = await verified(request, env)
    return asked === null ? new Response('signature refused', { status: 401 }) : answer(asked, 'hello')
  },
} satisfies ExportedHandler<Secrets>
