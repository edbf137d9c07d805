import { readBody } from '../support/read-stream.js';

/** Set by the configuration that reads all streams without the lane for repeating events. */
const isPlain = Boolean((globalThis as { readonly isPlain?: boolean }).isPlain);

describe('a client', () => {
  it(`reads repeating events ${isPlain ? 'with the parser, in this run' : 'without parsing each'}`, () => {
    const body = `${'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'.repeat(100)}data: [DONE]\n\n`;
    const parse = jest.spyOn(JSON, 'parse');
    const { chunks } = readBody(body);
    const documents = parse.mock.calls.filter(([text]) => text.includes('choices')).length;
    parse.mockRestore();

    expect(chunks).toHaveLength(100);
    if (isPlain) {
      expect(documents).toBe(100);
    } else {
      expect(documents).toBeLessThan(10);
    }
  });
});
