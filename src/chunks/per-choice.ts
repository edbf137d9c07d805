/** Creates a list of what is known of each choice, sized for one: a list that grows from nothing takes room for 17. */
export function perChoice<T>(): (T | undefined)[] {
  return [undefined];
}
