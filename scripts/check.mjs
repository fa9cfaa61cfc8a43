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
const results = Object.fromEntries(
  ['tests', 'wire', 'replay'].map((name) => [name, join(root, `build/${name}-results.json`)]),
);

const steps = [
  { name: 'format and lint', run: () => execute(bin('biome'), ['check', '--error-on-warnings', '.']) },
  { name: 'types', run: () => execute(bin('tsc'), ['--noEmit']) },
  { name: 'unused code', run: () => execute(bin('knip'), []) },
  { name: 'state machines', run: () => script('check-state-machines.mjs') },
  { name: 'tests and coverage', run: () => vitest(['--coverage', '--project', '!wire'], results.tests) },
  {
    name: 'tests over the wire',
    // What the sandboxes of the tests before did is replayed as well.
    run: () => vitest(['--project', 'wire'], results.wire, { DRAWBRIDGE_RECORDINGS_GO_ON: 'yes' }),
  },
  { name: 'least privilege', run: () => vitest(['--config', 'vitest.replay.config.ts'], results.replay) },
  { name: 'package', run: () => script('package.mjs') },
];

ensureInstalled();
continueInNode24();
process.exitCode = await check();

async function check() {
  mkdirSync(join(root, 'build'), { recursive: true });
  for (const file of Object.values(results)) rmSync(file, { force: true });
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

function vitest(options, file, env = {}) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  return execute(bin('vitest'), ['run', ...options, ...reporters], env);
}

function execute(command, parameters, env = {}) {
  const child = spawn(command, parameters, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, NO_COLOR: '1', PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
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
  const runs = Object.values(results).filter((file) => existsSync(file));
  if (runs.length === 0) return;
  const counts = runs.map((file) => countsOf(JSON.parse(readFileSync(file, 'utf8'))));
  const sum = (name) => counts.reduce((total, one) => total + one[name], 0);
  say(`${sum('passed')} passed, ${sum('failed')} failed`);
}

function countsOf({ numPassedTests, numFailedTests, testResults }) {
  // A file that cannot be loaded counts no test, yet it is a failure.
  const unloadable = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + unloadable.length };
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
