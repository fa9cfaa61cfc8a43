import { describe, expect, it } from 'vitest';
import { readConfig } from '#shared/domain/config/read-config.ts';
import { probeProblems } from '#shared/domain/release/check-probes.ts';

const pipeline = (probe: string) => `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: orders }
stacks:
  - { name: api, template: api.yaml, stackName: orders-api }
environments:
  - name: production
    targets: { matchLabels: { env: production } }
    verify:
      - ${probe}
`;

function problemsOf(probe: string, outputs: [string, string[]][] = [['api', ['Url']]]) {
  const read = readConfig([{ path: 'drawbridge.yml', text: pipeline(probe) }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  const found = probeProblems(read.config.pipelines[0]!, new Map(outputs));
  return found.map(({ code, cause, place }) => `${code} ${place.line}:${place.column} ${cause}`);
}

describe('the output of a page', () => {
  it.each<[string, string, string[]]>([
    ['is there', '{ http: { output: { stack: api, name: Url }, path: /health } }', []],
    ['is not needed by a function', '{ lambda: drawbridge-verify-orders }', []],
    [
      'is misspelt',
      '{ http: { output: { stack: api, name: Urls } } }',
      ['REFERENCE_UNKNOWN 10:47 There is no output api.Urls. Did you mean Url?'],
    ],
    [
      'is of a stack that is not there',
      '{ http: { output: { stack: apis, name: Url } } }',
      ['REFERENCE_UNKNOWN 10:36 There is no stack apis. Did you mean api?'],
    ],
  ])('%s', (_, probe, expected) => {
    expect(problemsOf(probe)).toEqual(expected);
  });

  it('is not known while the template is not', () => {
    expect(problemsOf('{ http: { output: { stack: api, name: Urls } } }', [])).toEqual([]);
  });

  it('is not needed where nothing is verified', () => {
    const read = readConfig([{ path: 'drawbridge.yml', text: pipeline('x').split('    verify')[0]! }]);
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
    expect(probeProblems(read.config.pipelines[0]!, new Map())).toEqual([]);
  });
});
