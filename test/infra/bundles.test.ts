/** The bundles that are deployed. */
import { readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Built, bundleBudget, ensureBuilt } from '../../scripts/build.mjs';
import { ensurePackaged, type Packaged } from '../../scripts/package.mjs';

let built: Built;
let packaged: Packaged;
beforeAll(async () => {
  built = await ensureBuilt();
  packaged = await ensurePackaged();
}, 120_000);

describe('bundles', () => {
  it('stay below the budget', () => {
    for (const name of built.names) {
      expect(statSync(`${built.folder}/${name}.mjs`).size, name).toBeLessThanOrEqual(bundleBudget);
    }
  });

  it('need no require at run time, which an ES module does not have', () => {
    for (const name of built.names) {
      expect(readFileSync(`${built.folder}/${name}.mjs`, 'utf8'), name).not.toContain('Dynamic require of');
    }
  });

  it('carry the SDK with them and nothing of the sandbox', () => {
    const { outputs } = JSON.parse(readFileSync(`${built.folder}/.metafile.json`, 'utf8')) as {
      outputs: Record<string, { imports: { path: string }[]; inputs: Record<string, unknown> }>;
    };
    for (const [path, { imports, inputs }] of Object.entries(outputs)) {
      expect(
        imports.map((one) => one.path).filter((one) => one.startsWith('@aws-sdk/')),
        path,
      ).toEqual([]);
      expect(
        Object.keys(inputs).filter((input) => /^(sandbox|test|cli)\//.test(input)),
        path,
      ).toEqual([]);
    }
  });

  it('take credentials from their environment and from nowhere else', () => {
    for (const name of built.names) {
      const bundle = readFileSync(`${built.folder}/${name}.mjs`, 'utf8');
      expect(bundle, name).not.toMatch(/credential-provider-(ini|process|sso|login|web-identity)/);
    }
    const reading = readFileSync(`${built.folder}/plan.mjs`, 'utf8');
    expect(reading).toContain('AWS_SESSION_TOKEN');
  });

  it('are not built again while nothing has changed', async () => {
    const before = statSync(built.folder).mtimeMs;
    expect(await ensureBuilt()).toEqual(built);
    expect(statSync(built.folder).mtimeMs).toBe(before);
  });
});

describe('the artifact list', () => {
  it('names each function once, by the digest under which the template expects it', () => {
    const artifacts = JSON.parse(readFileSync(packaged.artifacts, 'utf8')) as { key: string; sha256: string }[];
    const template = readFileSync(packaged.template, 'utf8');
    expect(artifacts).toHaveLength(packaged.names.length);
    for (const { key, sha256 } of artifacts) {
      expect(key).toBe(`drawbridge/${sha256}.zip`);
      expect(template).toContain(`"S3Key": "${key}"`);
    }
  });
});
