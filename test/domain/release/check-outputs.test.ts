import { describe, expect, it } from 'vitest';
import { holderProblems, type OutputTaker, outputProblems } from '#shared/domain/release/check-outputs.ts';

const taker = (name: string, said: Partial<OutputTaker> = {}): OutputTaker => ({
  name,
  parameters: {},
  placeOf: (parameter) => ({ file: `${name}.${parameter}` }),
  ...said,
});
const app = taker('app', { parameters: { Vpc: { fromOutput: 'network.VpcId' }, Level: 'info' } });
const text = ({ code, cause, place }: { code: string; cause: string; place: { file?: string } }) =>
  `${code} ${place.file} ${cause}`;

describe('outputs that stacks take', () => {
  it.each<[string, [string, string[]][], string[]]>([
    ['are there', [['network', ['VpcId']]], []],
    ['are not known while their template is not', [], []],
    [
      'are misspelt',
      [['network', ['VpcID']]],
      ['REFERENCE_UNKNOWN app.Vpc There is no output network.VpcId. Did you mean VpcID?'],
    ],
  ])('%s', (_name, outputs, expected) => {
    expect(outputProblems([app], new Map(outputs)).map(text)).toEqual(expected);
  });
});

describe('the target that has the output', () => {
  const target = (name: string, role: string) => ({ name, labels: { role } });
  const only = (role: string) => ({ matchLabels: { role } });
  const network = taker('network', only('network'));

  it.each<[string, OutputTaker[], ReturnType<typeof target>[][], string[]]>([
    ['is the same one', [taker('network'), app], [[target('a', 'x'), target('b', 'x')]], []],
    [
      'is the one of the environment',
      [network, { ...app, ...only('app') }],
      [[target('n', 'network'), target('a', 'app')]],
      [],
    ],
    ['is not known while no target is', [network, app], [[]], []],
    [
      'is missing',
      [network, { ...app, ...only('app') }],
      [[target('n', 'network'), target('a', 'app')], [target('b', 'app')]],
      ['OUTPUT_AMBIGUOUS app.Vpc Target b takes outputs of stack network, which no target of the environment gets.'],
    ],
    [
      'is one of several',
      [network, { ...app, ...only('app') }],
      [[target('m', 'network'), target('n', 'network'), target('a', 'app'), target('b', 'app')]],
      ['OUTPUT_AMBIGUOUS app.Vpc Target a takes outputs of stack network, which several targets get: m, n.'],
    ],
  ])('%s', (_name, takers, environments, expected) => {
    expect(holderProblems(takers, environments).map(text)).toEqual(expected);
  });
});
