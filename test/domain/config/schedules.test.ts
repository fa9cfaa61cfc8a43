import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/domain/config/read-config.ts';

const pipeline = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: orders }
stacks: [{ name: api, template: api.yaml, stackName: api }]
environments:
  - { name: production, targets: { matchLabels: { env: production } }, allowEmpty: true }
---
`;
const schedule = (more: string) => `apiVersion: drawbridge/v1
kind: Schedule
metadata: { name: nightly }
expression: rate(1 day)
${more}
`;
const read = (text: string) => {
  const found = readConfig([{ path: 'a.yml', text }]);
  return found.kind === 'config'
    ? found.config.schedules.map(({ document }) => document.metadata.name)
    : found.problems.map(({ code, place }) => `${code} ${place.pointer}`);
};

describe('schedules of a configuration', () => {
  it.each([
    [
      'one for a pipeline of the files',
      pipeline + schedule('pipeline: orders\nenvironments: [production]'),
      ['nightly'],
    ],
    ['one for all environments', pipeline + schedule('pipeline: orders'), ['nightly']],
    ['one for a pipeline that is kept elsewhere', schedule('pipeline: other\nenvironments: [moon]'), ['nightly']],
    ['a pipeline that is not there', pipeline + schedule('pipeline: ordres'), ['REFERENCE_UNKNOWN /pipeline']],
    [
      'an environment that is not there',
      pipeline + schedule('pipeline: orders\nenvironments: [production, moon]'),
      ['REFERENCE_UNKNOWN /environments/1'],
    ],
    [
      'two of one name',
      `${schedule('pipeline: orders')}---\n${schedule('pipeline: orders')}`,
      ['DUPLICATE_NAME /metadata/name'],
    ],
    ['a field that is none', schedule('pipeline: orders\ncron: daily'), ['FIELD_UNKNOWN /cron']],
    [
      'an expression that is none',
      schedule('pipeline: orders').replace('rate(1 day)', 'daily'),
      ['FIELD_INVALID /expression'],
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});
