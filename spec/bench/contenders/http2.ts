import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { type Contender, type ContenderConfig, request } from './contender.js';
import { joinText, parseByHand } from './parse-by-hand.js';

/** The loop written by hand, over sessions of `node:http2`, as few as the server allows. */
export function createContender({ baseURL }: ContenderConfig): Contender {
  const { origin, pathname } = new URL(`${baseURL}/chat/completions`);
  const sessions: (Promise<ClientHttp2Session> | undefined)[] = [];
  let opened = 0;
  let maxStreams = 1;
  const connectSession = async (): Promise<ClientHttp2Session> => {
    const session = connect(origin);
    await once(session, 'remoteSettings');
    maxStreams = session.remoteSettings.maxConcurrentStreams ?? Infinity;
    return session;
  };
  return {
    text: async (first) => {
      const joined = joinText(first);
      const parse = parseByHand(joined.add);
      // The first session tells how many streams one can have.
      await (sessions[0] ??= connectSession());
      const session = await (sessions[Math.floor(opened++ / maxStreams)] ??= connectSession());
      const stream = session.request({
        ':method': 'POST',
        ':path': pathname,
        'content-type': 'application/json',
      });
      stream.on('data', parse);
      stream.end(JSON.stringify({ ...request, stream: true }));
      await once(stream, 'end');
      return joined.text;
    },
  };
}
