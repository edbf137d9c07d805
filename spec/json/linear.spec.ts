import { from, ignoreElements } from 'rxjs';
import * as z from 'zod/mini';
import { accumulateObject, arrayItems } from '../../src/index.js';
import { countWork } from '../support/count-work.js';

const anything = z.unknown();

/** The work of reading a text in pieces of four characters, where each has its snapshot. */
function workOf(text: string): number {
  const pieces = text.match(/.{1,4}/gsu) ?? [];
  return countWork(() => {
    from(pieces).pipe(accumulateObject(anything), ignoreElements()).subscribe();
  });
}

const texts: Readonly<Record<string, (size: number) => string>> = {
  'a list of numbers': (size) => `[${'7, '.repeat(size)}7]`,
  'a list of objects': (size) => `{"list":[${'{"a":1,"b":["c"]},'.repeat(size)}{}]}`,
  'an object of many keys': (size) => `{${Array.from({ length: size }, (_, key) => `"key ${key}":1`).join()}}`,
  'one long string': (size) => `{"text":"${'word '.repeat(size)}"}`,
  'the last string of a wide list': (size) => `[${'7,'.repeat(size)}"${'word '.repeat(size)}"]`,
  'a wide list in the last object of another': (size) => `[${'7,'.repeat(size)}{"a":[${'7,'.repeat(size)}7]}]`,
};

describe('the work of reading a value with each snapshot', () => {
  it.each(Object.entries(texts))('grows no faster than %s', (_, write) => {
    const [small, large] = [3_000, 12_000].map((size) => workOf(write(size)));

    // The steps of an eighth begin at 1,024 members; before, each snapshot copies them.
    expect(large! / small!).toBeLessThan(5);
  });

  it('copies each member of a list of 20,000 numbers a few times', () => {
    // 1,024 steps of one member, and the sum of the steps of an eighth.
    expect(workOf(texts['a list of numbers']!(20_000))).toBeLessThan(1024 * 1024 + 20_000 * 12);
  });

  it('is none for the elements of a list that are not objects', () => {
    const pieces = texts['a list of numbers']!(20_000).match(/.{1,4}/gsu) ?? [];
    const work = countWork(() => {
      from(pieces).pipe(arrayItems(anything), ignoreElements()).subscribe();
    });

    expect(work).toBeLessThan(100);
  });
});
