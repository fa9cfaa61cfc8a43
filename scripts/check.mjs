/**
 * `npm test`: everything that must hold before a commit, offline, one line per step. Stops at the first step that fails and shows its
 * output. When the tests ran, vitest's totals are repeated at the end and the last line is `<n> passed, <n> failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { continueInNode24, ensureInstalled } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const script = (name) => execute(process.execPath, [join(root, 'scripts', name)]);
const results = join(root, 'build/test-results.json');

const steps = [
  { name: 'format and lint', run: () => execute(bin('biome'), ['check', '--error-on-warnings', '.']) },
  { name: 'types', run: () => execute(bin('tsc'), ['--noEmit']) },
  { name: 'unused code', run: () => execute(bin('knip'), []) },
  { name: 'state machines', run: () => script('check-state-machines.mjs') },
  { name: 'tests and coverage', run: runTests },
  { name: 'package', run: () => script('package.mjs') },
];

ensureInstalled();
continueInNode24();
process.exitCode = await check();

async function check() {
  mkdirSync(join(root, 'build'), { recursive: true });
  rmSync(results, { force: true });
  let totals = '';
  for (const { name, run } of steps) {
    const { status, output, seconds } = await timed(run);
    say(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
    totals += output.match(/^ +(Test Files|Tests) .*\n/gm)?.join('') ?? '';
    if (status === 0) continue;
    say(output.trimEnd());
    sayCounts();
    return 1;
  }
  say(totals.trimEnd());
  sayCounts();
  return 0;
}

async function timed(run) {
  const start = performance.now();
  const { status, output } = await run();
  return { status, output, seconds: (performance.now() - start) / 1000 };
}

function runTests() {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  return execute(bin('vitest'), ['run', '--coverage', ...reporters]);
}

function execute(command, parameters) {
  const child = spawn(command, parameters, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const output = () => Buffer.concat(chunks).toString();
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? 1, output: output() }));
  });
}

function sayCounts() {
  if (!existsSync(results)) return;
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(results, 'utf8'));
  // A file that cannot be loaded counts no test, yet it is a failure.
  const unloadable = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  say(`${numPassedTests} passed, ${numFailedTests + unloadable.length} failed`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
