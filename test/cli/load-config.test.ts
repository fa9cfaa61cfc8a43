import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '#cli/load-config.ts';
import { placeText } from '#shared/domain/errors/problem.ts';
import { small, workspace } from './workspace.ts';

const pipeline = String(small['drawbridge.yml']);
const target = (name: string) => `apiVersion: drawbridge/v1
kind: Target
metadata: { name: ${name}, labels: { env: pre } }
account: "${name === 'a' ? '1' : '2'}11111111111"
region: eu-west-1
`;

async function load(files: Parameters<typeof workspace>[0], name = '') {
  const root = await workspace(files);
  const loaded = await loadConfig(join(root, name));
  const short = (text: string) => text.replaceAll(`${root}/`, '').replaceAll(root, '.');
  if (loaded.kind === 'invalid')
    return loaded.problems.map(({ code, cause, place }) => short(`${code} ${placeText(place)} ${cause}`));
  return {
    folder: short(loaded.folder),
    pipelines: loaded.config.pipelines.length,
    targets: loaded.config.targets.map(({ document }) => document.metadata.name),
  };
}

describe('a folder', () => {
  it('holds drawbridge.yml and its siblings, and nothing else is read', async () => {
    const files = {
      'drawbridge.yml': pipeline,
      'drawbridge.b.yaml': target('b'),
      'drawbridge.a.yml': target('a'),
      'other.yml': '[',
      'sub/drawbridge.yml': '[',
    };
    expect(await load(files)).toEqual({ folder: '.', pipelines: 1, targets: ['a', 'b'] });
  });

  it('without configuration is a problem', async () => {
    expect(await load({ 'other.yml': pipeline })).toEqual([
      'FILE_NOT_FOUND drawbridge.yml There is no file drawbridge.yml.',
    ]);
  });
});

describe('a file', () => {
  it('is read alone', async () => {
    expect(await load({ 'drawbridge.yml': pipeline, 'drawbridge.a.yml': target('a') }, 'drawbridge.yml')).toEqual({
      folder: '.',
      pipelines: 1,
      targets: [],
    });
  });

  it.each([
    ['that is not there', {}, 'nowhere.yml', 'FILE_NOT_FOUND nowhere.yml There is no file nowhere.yml.'],
    [
      'in something that is no folder',
      { a: '' },
      'a/drawbridge.yml',
      'FILE_NOT_FOUND a/drawbridge.yml There is no file a/drawbridge.yml.',
    ],
    [
      'that is not UTF-8',
      { 'a.yml': new Uint8Array([0x61, 0xff]) },
      'a.yml',
      'FILE_ENCODING a.yml The file a.yml is not UTF-8 text.',
    ],
    [
      'with a byte order mark',
      { 'a.yml': `\uFEFF${pipeline}` },
      'a.yml',
      'YAML_FEATURE a.yml:1:1 Configuration does not allow a byte order mark.',
    ],
    [
      'in place of a folder name',
      { 'drawbridge.yml/x': '' },
      '',
      'FILE_UNREADABLE drawbridge.yml The file drawbridge.yml could not be read (it is a folder).',
    ],
  ])('%s is a problem', async (_name, files, name, expected) => {
    expect(await load(files as Parameters<typeof workspace>[0], name)).toEqual([expected]);
  });
});
