const { isTTY } = process.stderr;
/** Milliseconds between two signs of life: few lines in a log, a moving number on a screen. */
const pause = isTTY ? 100 : 10_000;

let told = Date.now();

/** Says how far a long piece of work has come, now and then, where it is in nobody's way. */
export function tell(done: number, all: number, what: string): void {
  if (Date.now() - told >= pause) {
    told = Date.now();
    const line = `  ${done.toLocaleString('en')} of ${all.toLocaleString('en')} ${what}`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }
}

/** Wipes what was told off a screen. */
export function hush(): void {
  if (isTTY) {
    process.stderr.write('\r\x1b[K');
  }
}
