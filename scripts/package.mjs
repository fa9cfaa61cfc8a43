/**
 * `npm run package`: bundles the functions, lets the Serverless Framework compile the CloudFormation template, and puts template and
 * artifact list into build/cloudformation. Needs no network, no credentials and no home folder.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { fingerprint, readStamp } from './fingerprint.mjs';
import { whileLocked } from './lock.mjs';
import { continueInNode24, ensureInstalled } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = join(root, 'build/serverless');
const folder = join(root, 'build/cloudformation');
const inputs = ['serverless.yml', 'infra', 'statemachine', 'package-lock.json', 'scripts/package.mjs'];
const timeoutMilliseconds = 120_000;

/** Packages what has changed. Returns the paths of the template and of the artifact list; throws with the output of a failed packaging. */
export async function ensurePackaged() {
  const { fingerprint: bundles, names } = await ensureBuilt();
  return whileLocked(join(root, 'build/.packaging'), async () => {
    const mark = `${bundles} ${fingerprint(root, inputs)}`;
    const stamp = join(folder, '.stamp');
    if (readStamp(stamp) !== mark) {
      rmSync(stamp, { force: true });
      await compile();
      publish();
      writeFileSync(stamp, mark);
    }
    return { template: join(folder, 'drawbridge.template.json'), artifacts: join(folder, 'artifacts.json'), names };
  });
}

/** Runs `serverless package` cut off from the machine: own home, no AWS configuration, a time limit. */
function compile() {
  const home = join(root, 'build/home');
  mkdirSync(home, { recursive: true });
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(import.meta.resolve('serverless/bin/serverless.js')),
      'package',
      '--package',
      relative(root, compiled),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMilliseconds,
      killSignal: 'SIGKILL',
      env: {
        PATH: process.env.PATH,
        HOME: home,
        // Without it the schema cache goes to the user's home, which may not be writable.
        SLS_SCHEMA_CACHE_BASE_DIR: home,
        CI: '1',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    },
  );
  return ended(child);
}

function ended(child) {
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (status === 0) resolve();
      else reject(new Error(`serverless package ended with ${signal ?? status}\n${Buffer.concat(output)}`));
    });
  });
}

/** The compiled template with content-addressed code keys in place of time stamps, so equal sources give an equal template. */
function publish() {
  const template = JSON.parse(readFileSync(join(compiled, 'cloudformation-template-update-stack.json'), 'utf8'));
  const artifacts = [];
  for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const file = join(compiled, Properties.Code.S3Key.split('/').at(-1));
    const bytes = readFileSync(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    Properties.Code.S3Key = `drawbridge/${sha256}.zip`;
    artifacts.push({ logicalId, file: relative(root, file), key: Properties.Code.S3Key, bytes: bytes.length, sha256 });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'drawbridge.template.json'), `${JSON.stringify(template, null, 2)}\n`);
  writeFileSync(join(folder, 'artifacts.json'), `${JSON.stringify(artifacts, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  continueInNode24();
  const { template, artifacts, names } = await ensurePackaged();
  process.stdout.write(`template   ${relative(root, template)}\n`);
  process.stdout.write(`artifacts  ${relative(root, artifacts)} (${names.length} functions)\n`);
}
