import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packageRelease } from '#cli/package-release.ts';
import { placeText } from '#shared/domain/errors/problem.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { Release } from '#shared/domain/release/release.ts';
import { parseTemplate } from '#shared/domain/template/parse.ts';
import { type Files, small, touch, workspace } from './workspace.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function release(files: Files, pipeline?: string) {
  const packaged = await packageRelease(await workspace(files), pipeline);
  if (packaged.kind === 'invalid') throw new Error(JSON.stringify(packaged.problems));
  return packaged;
}

async function problems(files: Files, pipeline?: string): Promise<string[]> {
  const root = await workspace(files);
  const packaged = await packageRelease(root, pipeline);
  const found = packaged.kind === 'invalid' ? packaged.problems : [];
  return found.map(({ code, place }) => `${code} ${placeText(place)}`.replaceAll(`${root}/`, ''));
}

const app = (code: string, type = 'AWS::Lambda::Function', property = 'Code') =>
  `Resources:\n  Fn:\n    Type: ${type}\n    Properties:\n      ${property}: ${code}\n`;
const withApp = (...parts: Parameters<typeof app>): Files => ({ ...small, 'templates/app.yaml': app(...parts) });
const child = (url: string) => app(url, 'AWS::CloudFormation::Stack', 'TemplateURL');

describe('a packaged release', () => {
  it('has a valid manifest whose keys are the digests of the files', async () => {
    const { manifest, files, digest, id } = await release(small);
    expect(Release.parse(manifest)).toEqual(manifest);
    expect(id).toBe(`small-${digest.slice(7, 19)}`);
    for (const file of files) {
      expect(file.digest).toBe(digestOf(file.body));
      expect(file.key).toMatch(new RegExp(`^(templates|assets)/${file.digest.slice(7)}$`));
    }
    const named = [...manifest.stacks.map(({ template }) => template.key), ...manifest.assets.map(({ key }) => key)];
    expect(files.map(({ key }) => key)).toEqual(named.sort());
  });

  it('zips code: sorted names, no folders, one time, modes as in git', async () => {
    const { files } = await release({ ...small, 'src/bootstrap': { executable: '#!' }, 'src/dir.d/.keep': '' });
    const zip = files.find(({ key }) => key.startsWith('assets/'))!.body;
    expect(Object.keys(unzipSync(zip))).toEqual(['a.js', 'b.js', 'bootstrap', 'dir.d/.keep', 'lib/c.js']);
    expect(text(unzipSync(zip)['lib/c.js'])).toBe('c');
    expect(centralEntries(zip).map(({ mode, time }) => [mode.toString(8), time])).toEqual(
      ['100644', '100644', '100755', '100644', '100644'].map((mode) => [mode, 0x00210000]),
    );
  });

  it('is the same bytes wherever, whenever and in whichever order the files were written', async () => {
    const first = await release(small);
    const root = await workspace(Object.fromEntries(Object.entries(small).reverse()));
    await touch(join(root, 'src/a.js'), new Date(2001, 1, 1));
    expect(await packageRelease(root)).toEqual(first);
  });

  it('is another release when one byte of code is another', async () => {
    expect((await release({ ...small, 'src/a.js': 'A' })).digest).not.toBe((await release(small)).digest);
  });

  it('keeps a template without local references byte for byte', async () => {
    const template = '# mine\nResources:   { T: {Type: "AWS::SNS::Topic"} }\n\n';
    const { files } = await release({ ...small, 'templates/app.yaml': template });
    expect(files.map(({ body }) => text(body))).toEqual([template]);
  });

  it.each([
    ['a single file is zipped', 'fn.js', 'templates/fn.js', ['fn.js']],
    ['an archive is taken as it is', 'fn.zip', 'templates/fn.zip', undefined],
  ])('%s', async (_name, path, file, entries) => {
    const { files } = await release({ ...withApp(path), [file]: 'content' });
    const body = files.find(({ key }) => key.startsWith('assets/'))!.body;
    if (entries) expect(Object.keys(unzipSync(body))).toEqual(entries);
    else expect(text(body)).toBe('content');
  });

  it('takes other files as they are', async () => {
    const files = { ...withApp('api.json', 'AWS::ApiGatewayV2::Api', 'BodyS3Location'), 'templates/api.json': '{}' };
    expect(text((await release(files)).files.find(({ key }) => key.startsWith('assets/'))!.body)).toBe('{}');
  });

  it('packages nested templates and hands the bucket on to those that need it', async () => {
    const { manifest, files } = await release({
      ...small,
      'templates/app.yaml': `${child('nested/a.yaml')}  Plain:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: plain.yaml\n`,
      'templates/nested/a.yaml': app('../../src'),
      'templates/plain.yaml': 'Resources: { T: { Type: "AWS::SNS::Topic" } }\n',
    });
    const root = files.find(({ key }) => key === manifest.stacks[0]?.template.key);
    const parsed = parseTemplate(text(root?.body));
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    expect(parsed.template.Resources['Fn']?.Properties).toMatchObject({
      Parameters: { ArtifactsBucket: { Ref: 'ArtifactsBucket' } },
    });
    expect(parsed.template.Resources['Plain']?.Properties).not.toHaveProperty('Parameters');
    expect(manifest.assets.map(({ key }) => key.split('/')[0])).toEqual(['assets', 'templates', 'templates']);
    expect(files).toHaveLength(4);
  });

  it('uploads a file once that two references share', async () => {
    const twice = `${app('../src')}  Other:\n    Type: AWS::Lambda::Function\n    Properties: { Code: ../src }\n`;
    const { manifest, files } = await release({ ...small, 'templates/app.yaml': twice });
    expect([manifest.assets.length, files.length]).toEqual([1, 2]);
  });

  it('follows links that stay inside', async () => {
    const { files } = await release({ ...small, 'shared.js': 's', 'src/linked.js': { link: '../shared.js' } });
    const zip = files.find(({ key }) => key.startsWith('assets/'))!.body;
    expect(text(unzipSync(zip)['linked.js'])).toBe('s');
  });
});

describe('what cannot be packaged', () => {
  const pipeline = String(small['drawbridge.yml']);
  const stackAt = 'drawbridge.yml:6:15 (/stacks/0/template)';
  const codeAt = 'templates/app.yaml:5:7 (/Resources/Fn/Properties/Code) resource Fn';
  const urlAt = 'templates/app.yaml:5:7 (/Resources/Fn/Properties/TemplateURL) resource Fn';
  const leaked = `AKIA${'IOSFODNN7EXAMPLE'}`;

  const cases: readonly (readonly [string, Files, readonly string[]])[] = [
    ['configuration that is wrong', { 'drawbridge.yml': '[' }, ['YAML_SYNTAX drawbridge.yml:1:2']],
    ['a template that is not there', { 'drawbridge.yml': pipeline }, [`FILE_NOT_FOUND ${stackAt}`]],
    [
      'a template outside',
      { ...small, 'drawbridge.yml': pipeline.replace('templates/app.yaml', '../..') },
      [`PATH_OUTSIDE ${stackAt}`],
    ],
    [
      'a template that is a folder',
      { ...small, 'drawbridge.yml': pipeline.replace('templates/app.yaml', 'src') },
      [`FILE_UNREADABLE ${stackAt}`],
    ],
    ['an empty template', { ...small, 'templates/app.yaml': '' }, ['TEMPLATE_INVALID templates/app.yaml:1:1']],
    [
      'a template that is a list',
      { ...small, 'templates/app.yaml': '- a\n' },
      ['TEMPLATE_INVALID templates/app.yaml:1:1'],
    ],
    [
      'a template with an unknown section',
      { ...small, 'templates/app.yaml': `${app('../src')}Resourcs: {}\n` },
      ['TEMPLATE_INVALID templates/app.yaml:6:1'],
    ],
    [
      'a template without resources',
      { ...small, 'templates/app.yaml': 'Resources: {}\n' },
      ['TEMPLATE_INVALID templates/app.yaml:1:1'],
    ],
    [
      'a short tag on the wrong thing',
      { ...small, 'templates/app.yaml': app('!Ref [a]') },
      ['TEMPLATE_INVALID templates/app.yaml:5:18'],
    ],
    [
      '501 resources',
      { ...small, 'templates/app.yaml': JSON.stringify({ Resources: many(501, { Type: 'AWS::SNS::Topic' }) }) },
      ['TEMPLATE_INVALID templates/app.yaml:1:2'],
    ],
    [
      '201 parameters',
      {
        ...small,
        'templates/app.yaml': JSON.stringify({
          Parameters: many(201, { Type: 'String' }),
          Resources: many(1, { Type: 'AWS::SNS::Topic' }),
        }),
      },
      ['TEMPLATE_INVALID templates/app.yaml:1:2'],
    ],
    [
      'a template over 1,000,000 bytes',
      { ...small, 'templates/app.yaml': `${app('../src')}# ${'x'.repeat(1_000_000)}` },
      ['LIMIT templates/app.yaml:1:1'],
    ],
    [
      'an access key in a template',
      { ...small, 'templates/app.yaml': `${app('../src')}# ${leaked}\n` },
      ['STATIC_KEY templates/app.yaml:6:3'],
    ],
    ['code that is not there', withApp('../nowhere'), [`FILE_NOT_FOUND ${codeAt}`]],
    ['code outside', withApp('../..'), [`PATH_OUTSIDE ${codeAt}`]],
    ['code by absolute path', withApp('/etc'), [`PATH_OUTSIDE ${codeAt}`]],
    ['code behind a link that leaves', { ...withApp('../away'), away: { link: '/etc' } }, [`PATH_OUTSIDE ${codeAt}`]],
    [
      'a link among the code that leaves',
      { ...small, 'src/passwd': { link: '/etc/passwd' } },
      ['FILE_UNREADABLE templates/app.yaml:5:7 (/Resources/Fn/Properties/Code) resource Fn'],
    ],
    [
      'a link among the code to a folder',
      { ...small, 'src/all': { link: '../templates' } },
      [`FILE_UNREADABLE ${codeAt}`],
    ],
    ['a broken link among the code', { ...small, 'src/broken': { link: 'nowhere' } }, [`FILE_NOT_FOUND ${codeAt}`]],
    [
      'a folder where a file is wanted',
      withApp('../src', 'AWS::Serverless::Api', 'DefinitionUri'),
      ['FILE_UNREADABLE templates/app.yaml:5:7 (/Resources/Fn/Properties/DefinitionUri) resource Fn'],
    ],
    [
      'a nested template that is not there',
      { ...small, 'templates/app.yaml': child('nowhere.yaml') },
      [`FILE_NOT_FOUND ${urlAt}`],
    ],
    [
      'a nested template that is wrong',
      { ...small, 'templates/app.yaml': child('b.yaml'), 'templates/b.yaml': 'x' },
      ['TEMPLATE_INVALID templates/b.yaml:1:1'],
    ],
    ['a template in itself', { ...small, 'templates/app.yaml': child('app.yaml') }, [`TEMPLATE_CYCLE ${urlAt}`]],
    [
      'a parameter nobody gives',
      { ...small, 'templates/app.yaml': `Parameters: { Size: { Type: String } }\n${app('../src')}` },
      ['PARAMETERS_MISMATCH drawbridge.yml:5:5 (/stacks/0)'],
    ],
    [
      'a parameter nobody declares',
      { ...small, 'drawbridge.yml': pipeline.replace('    stackName', '    parameters: { Size: 1 }\n    stackName') },
      ['PARAMETERS_MISMATCH drawbridge.yml:7:19 (/stacks/0/parameters/Size)'],
    ],
  ];

  it.each(cases)('%s', async (_name, files, expected) => {
    expect(await problems(files)).toEqual(expected);
  });

  it('is reported for every stack at once', async () => {
    const two = pipeline.replace(
      'environments:',
      '  - name: web\n    template: web.yaml\n    stackName: web\nenvironments:',
    );
    expect(await problems({ ...withApp('../nowhere'), 'drawbridge.yml': two })).toEqual([
      `FILE_NOT_FOUND ${codeAt}`,
      'FILE_NOT_FOUND drawbridge.yml:9:15 (/stacks/1/template)',
    ]);
  });

  it('an empty folder of code', async () => {
    const root = await workspace({ ...withApp('../empty'), 'empty/sub/x': '' });
    await rm(join(root, 'empty/sub/x'));
    expect(await packageRelease(root)).toMatchObject({
      problems: [{ code: 'FILE_UNREADABLE', cause: expect.stringContaining('the folder is empty') }],
    });
  });
});

describe('choosing a pipeline', () => {
  const other = String(small['drawbridge.yml']).replace('name: small', 'name: other');
  const two = { ...small, 'drawbridge.other.yml': other };

  it('is not needed where there is one', async () => {
    expect((await release(small)).manifest.pipeline).toBe('small');
    expect((await release(small, 'small')).manifest.pipeline).toBe('small');
  });

  it('is by name where there are several', async () => {
    expect((await release(two, 'other')).manifest.pipeline).toBe('other');
  });

  it.each([
    ['several', two, undefined, 'There are several pipelines. Name one of other, small.'],
    ['another one', small, 'orders', 'There is no pipeline orders here. Name one of small.'],
    [
      'none',
      { 'drawbridge.yml': 'apiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: p }\n' },
      undefined,
      'There is no pipeline here. Add a document of kind Pipeline.',
    ],
  ])('is explained for %s', async (_name, files, name, expected) => {
    const packaged = await packageRelease(await workspace(files as Files), name);
    const found = packaged.kind === 'invalid' ? packaged.problems : [];
    expect(found.map(({ code, cause, next }) => [code, `${cause} ${next}`])).toEqual([['USAGE', expected]]);
  });
});

function many(count: number, value: object): Record<string, object> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, value]));
}

/** Mode and MS-DOS date and time of each entry of the central directory (APPNOTE.TXT, section 4.3.12). */
function centralEntries(zip: Uint8Array): { mode: number; time: number }[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const found = [];
  for (let at = 0; at < zip.length - 46; at += 1) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    found.push({ mode: view.getUint32(at + 38, true) >>> 16, time: view.getUint32(at + 12, true) });
  }
  return found;
}
