/** Hands values over in order, whether they are put in or asked for first. */
export interface Queue<T> {
  readonly put: (value: T) => void;
  /** The next value that nobody has taken. */
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
