/** A queue that hands values over in order, whether they are put or taken first. */
export interface Queue<T> {
  readonly put: (value: T) => void;
  /** Resolves with the next value. */
  readonly take: () => Promise<T>;
}

export function createQueue<T>(): Queue<T> {
  const values: T[] = [];
  const takers: ((value: T) => void)[] = [];
  const match = (): void => {
    while (values.length > 0 && takers.length > 0) {
      takers.shift()!(values.shift()!);
    }
  };
  return {
    put: (value) => {
      values.push(value);
      match();
    },
    take: () =>
      new Promise((resolve) => {
        takers.push(resolve);
        match();
      }),
  };
}
