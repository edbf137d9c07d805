import { post, type Fields } from './local-server.js';

/** Reads the events of a response's stream. Throws where the name of one is not its type. */
export async function readResponseEvents(response: Response): Promise<Fields[]> {
  const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '' && !frame.startsWith(':'));
  return frames.map((frame) => {
    const { name, data } = /^event: (?<name>\S+)\ndata: (?<data>[^\n]+)$/u.exec(frame)?.groups ?? {};
    const event = JSON.parse(data ?? 'null') as Fields;
    if (event['type'] !== name) {
      throw new Error(`an event is named ${String(name)}, but its type is ${String(event['type'])}`);
    }
    return event;
  });
}

/** Posts a request for a response. */
export function ask(url: string, model: string, fields: Fields = {}): Promise<Response> {
  return post(`${url}/responses`, { model, input: 'Hello', ...fields });
}

/** Joins the texts that the events add. */
export function textOf(events: readonly Fields[]): string {
  return events.map((event) => (event['type'] === 'response.output_text.delta' ? event['delta'] : '')).join('');
}
