/** A list that grows by appending, of which immutable views are taken. */
export interface GrowingList {
  readonly append: (items: readonly unknown[]) => void;
  /** The items so far, all of them if `whole`. The view keeps its identity while it does not change. */
  readonly view: (whole: boolean) => readonly unknown[];
}

/**
 * An empty {@link GrowingList}. Copying a long list for each chunk would cost more the longer the answer is, so a view of
 * more than 64 items may lag behind until the list has doubled, or a whole view is asked for.
 */
export function createGrowingList(): GrowingList {
  const items: unknown[] = [];
  let view: readonly unknown[] = Object.freeze([]);
  return {
    append: (added) => {
      for (const item of added) {
        items.push(item);
      }
    },
    view: (whole) => {
      if (view.length !== items.length && (whole || items.length <= 64 || items.length >= 2 * view.length)) {
        view = Object.freeze([...items]);
      }
      return view;
    },
  };
}
