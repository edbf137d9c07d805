/* What is called of the package `redis`, which its users install. The specs with Redis are compiled against its own types. */
declare module 'redis' {
  export function createClient(options: {
    readonly url: string;
    readonly socket: { readonly reconnectStrategy: (attempt: number) => number | false };
  }): object;
}
