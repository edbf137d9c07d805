import { createMessageDiff } from '../../src/chunks/message-diff.js';

/** A message of so many texts, each of them as long as this. */
function textsOf(count: number, length: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, place) => [`x${place}`, 'y'.repeat(length)]));
}

describe('whole messages in place of deltas', () => {
  it('gives of each message what it adds to its choice', () => {
    const diff = createMessageDiff();

    expect(diff.take({ content: 'Hel', citations: ['a'] }, 0)).toEqual({ content: 'Hel', citations: ['a'] });
    expect(diff.take({ content: 'Other' }, 1)).toEqual({ content: 'Other' });
    expect(diff.take({ content: 'Hello', citations: ['a', 'b'] }, 0)).toEqual({ content: 'lo', citations: ['b'] });
  });

  it('gives nothing of what is no message', () => {
    const diff = createMessageDiff();

    expect([null, 'text', 4, ['a'], undefined].map((message) => diff.take(message, 0))).toEqual([{}, {}, {}, {}, {}]);
  });

  it('counts what deltas brought before a whole message', () => {
    const diff = createMessageDiff();
    const call = (text: string): object => ({ index: 0, function: { name: 'f', arguments: text } });
    diff.note({ content: 'Hel', tool_calls: [call('{"a"')] }, 0);

    expect(diff.take({ content: 'Hello', tool_calls: [call('{"a":1}')] }, 0)).toEqual({
      content: 'lo',
      tool_calls: [{ index: 0, function: { name: '', arguments: ':1}' } }],
    });
  });

  describe('the fields of a choice that are remembered', () => {
    it('are the first 1,024, so that names without end fill no memory; others are given whole', () => {
      const diff = createMessageDiff();
      diff.take(textsOf(1026, 1), 0);
      const added = Object.values(diff.take(textsOf(1026, 3), 0)) as readonly string[];

      expect(added.map((text) => text.length)).toEqual([...Array<number>(1024).fill(2), 3, 3]);
    });

    it('go on to be counted once there is no room for another', () => {
      const diff = createMessageDiff();
      diff.take(textsOf(2000, 1), 0);
      diff.take(textsOf(2000, 3), 0);

      expect(diff.take({ x0: 'yyyyy', x1023: 'yyyyy', x1024: 'yyyyy' }, 0)).toEqual({
        x0: 'yy',
        x1023: 'yy',
        x1024: 'yyyyy',
      });
    });

    it('are those of this choice alone', () => {
      const diff = createMessageDiff();
      diff.take(textsOf(2000, 1), 0);
      diff.take({ content: 'Hel' }, 1);

      expect(diff.take({ content: 'Hello' }, 1)).toEqual({ content: 'lo' });
    });

    it('may have the names of what objects inherit', () => {
      const diff = createMessageDiff();
      const message = (text: string): unknown => JSON.parse(`{"__proto__":"${text}","constructor":"${text}"}`);
      diff.take(message('a'), 0);

      expect(Object.entries(diff.take(message('ab'), 0))).toEqual([
        ['__proto__', 'b'],
        ['constructor', 'b'],
      ]);
    });
  });
});
