import packed from '@sparticuz/chromium';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The package's default arguments disable the same-origin policy, which these tests need. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium. */
export async function launchChromium(): Promise<Browser> {
  return launch().catch(async () => {
    // A run that was killed while unpacking left an incomplete executable, which is not unpacked again.
    rmSync(await packed.executablePath(), { force: true });
    return launch();
  });
}

async function launch(): Promise<Browser> {
  const executablePath = await packed.executablePath();
  // The fonts of the package, so that text has the same size on machines without fonts.
  const env = { ...process.env, FONTCONFIG_PATH: join(dirname(executablePath), 'fonts') };
  return chromium.launch({ executablePath, env, args, timeout: 30_000 });
}
