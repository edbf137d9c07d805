/** Removes the fields that are undefined. */
export function defined<T extends object>(fields: T | undefined): { readonly [Key in keyof T]?: NonNullable<T[Key]> } {
  const entries = Object.entries(fields ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { readonly [Key in keyof T]?: NonNullable<T[Key]> };
}
