#!/usr/bin/env node
/** The `drawbridge` command: the process around it. What it does is in run-cli.ts. */
import { enableCompileCache } from 'node:module';
import process from 'node:process';

const oldest = 24;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `drawbridge needs Node ${oldest} or later, this is ${process.version}: run it as npm run drawbridge\n`,
  );
  process.exitCode = 2;
} else {
  // Half of what a short command takes is compiling: what was compiled is kept (Node.js documentation, "Module compile cache").
  enableCompileCache();
  // The reader has seen enough (`drawbridge … | head`): no reason to complain.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.stderr.on('error', () => undefined);
  process.on('SIGINT', () => process.exit(130));
  // Imported late: an old Node could not even read these files.
  const { runCli } = await import('./run-cli.ts');
  const { confirm } = await import('./confirm.ts');
  process.exitCode = await runCli(process.argv.slice(2), {
    print: (text) => void process.stdout.write(`${text}\n`),
    progress: (text) => void process.stderr.write(`${text}\n`),
    ...(process.stdin.isTTY && process.stderr.isTTY ? { confirm: (question) => confirm(question) } : {}),
  });
}
