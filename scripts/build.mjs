/**
 * Bundles every functions/<name>/handler.ts into build/functions/<name>.mjs, the SDK included: the runtime's own copy is older than the
 * fields we use. Nothing is done when no input has changed.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, readStamp } from './fingerprint.mjs';
import { whileLocked } from './lock.mjs';
import { continueInNode24, ensureInstalled } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'build/functions');
const bundling = ['scripts/build.mjs', 'scripts/environment-credentials.mjs'];
const inputs = ['functions', 'shared', 'package.json', 'package-lock.json', ...bundling];

/** A bundle above this many bytes is a mistake: the SDK's CommonJS build, or every locale of zod. */
export const bundleBudget = 2_000_000;

/** Builds what has changed. Returns the folder, the functions' names and the fingerprint of all inputs; throws when a bundle fails. */
export function ensureBuilt() {
  return whileLocked(join(root, 'build/.building'), async () => {
    const names = functionNames();
    const mark = fingerprint(root, inputs);
    if (readStamp(join(folder, '.stamp')) !== mark) await build(names, mark);
    return { folder, names, fingerprint: mark };
  });
}

function functionNames() {
  const entries = existsSync(join(root, 'functions')) ? readdirSync(join(root, 'functions')) : [];
  const names = entries.filter((name) => existsSync(join(root, 'functions', name, 'handler.ts'))).sort();
  if (names.length === 0) throw new Error('functions/ holds no <name>/handler.ts to bundle');
  return names;
}

async function build(names, mark) {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const metafile = await bundle(names, fresh);
  refuseLargeBundles(metafile);
  writeFileSync(join(fresh, '.metafile.json'), JSON.stringify(metafile));
  writeFileSync(join(fresh, '.stamp'), mark);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

async function bundle(names, outdir) {
  const esbuild = await import('esbuild');
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, `functions/${name}/handler.ts`])),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's CommonJS build would need `require` at run time, and is half as large again.
    mainFields: ['module', 'main'],
    alias: {
      // The same for yaml, whose ES module build goes by another name.
      yaml: join(root, 'node_modules/yaml/browser/index.js'),
      '@aws-sdk/credential-provider-node': join(root, 'scripts/environment-credentials.mjs'),
    },
    minifySyntax: true,
    sourcemap: 'external',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  return metafile;
}

function refuseLargeBundles({ outputs }) {
  for (const [path, { bytes, inputs: parts }] of Object.entries(outputs)) {
    if (path.endsWith('.map') || bytes <= bundleBudget) continue;
    const largest = Object.entries(parts).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
    const named = largest.slice(0, 5).map(([name, { bytesInOutput }]) => `${name} (${bytesInOutput})`);
    throw new Error(`${path} has ${bytes} bytes, the budget is ${bundleBudget}; largest parts: ${named.join(', ')}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  continueInNode24();
  const built = await ensureBuilt();
  process.stdout.write(`${built.names.length} functions in ${built.folder}\n`);
}
