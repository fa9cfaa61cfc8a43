/**
 * Makes a fresh checkout runnable: installs what package-lock.json names when node_modules does not hold it, and says so on stderr.
 * Silent otherwise, so that `npm start -s -- --output json` prints JSON and nothing else. Node built-ins only; runs on Node 20.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installedNode = join(root, 'node_modules/.bin/node');

/** Installs what is missing. Ends the process with npm's status when the installation fails. */
export function ensureInstalled() {
  if (!isInstalled()) {
    say('Installing the dependencies named in package-lock.json (about half a minute, once)');
    npm(['ci', '--no-audit', '--no-fund']);
  }
  if (!existsSync(installedNode)) {
    say('Installing Node 24 into node_modules (its install script did not run)');
    npm(['rebuild', 'node', 'esbuild']);
  }
}

/** Continues this very command in the Node 24 of node_modules when it was started with an older one. */
export function continueInNode24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return;
  const { status } = spawnSync(installedNode, process.argv.slice(1), { stdio: 'inherit' });
  process.exit(status ?? 1);
}

/** npm writes node_modules/.package-lock.json last, so an interrupted installation never looks complete. */
function isInstalled() {
  const wanted = packagesIn('package-lock.json');
  const present = packagesIn('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

function packagesIn(lockfile) {
  const path = join(root, lockfile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

function npm(parameters) {
  const script = process.env.npm_execpath;
  const [command, first] = script?.endsWith('.js') ? [process.execPath, [script]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...parameters, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  say(error ? `npm could not be started: ${error.message}` : `npm ${parameters[0]} failed; its output is above`);
  process.exit(status ?? 1);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled();
