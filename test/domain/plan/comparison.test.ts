import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, type LiveStack } from '#shared/domain/plan/comparison.ts';
import { aDesiredStack, aLiveStack } from '#test/builders.ts';

const desired = aDesiredStack({ templateDigest: 'sha256:1' });
const live = aLiveStack({ templateDigest: 'sha256:1' });

describe('whether a stack already is what a release wants', () => {
  it.each<[string, Partial<LiveStack>, string[]]>([
    ['nothing differs', {}, []],
    ['one byte of the template', { templateDigest: 'sha256:2' }, ['template']],
    ['a parameter', { parameters: { Size: '2' } }, ['parameter Size']],
    ['a parameter the stack lacks', { parameters: {} }, ['parameter Size']],
    ['a parameter the release lacks', { parameters: { Size: '1', Old: 'x' } }, ['parameter Old']],
    ['a tag', { tags: { team: 'other' } }, ['tag team']],
    ['a capability', { capabilities: [] }, ['capabilities']],
    ['the execution role', { roleArn: undefined }, ['execution role']],
    ['what stands beside the template, which no change set carries', { terminationProtection: true }, []],
  ])('%s', (_, change, found) => {
    expect(differences(desired, { ...live, ...change })).toEqual(found);
  });

  it('never calls a stack equal whose value it cannot see, and does not call it changed by what it sees', () => {
    const secret = {
      ...desired,
      parameters: { Size: '1', Secret: '{{resolve:secretsmanager:x}}' },
      opaqueParameters: ['Secret'],
    };
    expect(differences(secret, { ...live, parameters: { Size: '1', Secret: '****' } })).toEqual([
      'parameter Secret cannot be compared',
    ]);
  });

  it('finds any changed parameter, and only that', () => {
    const values = fc.dictionary(fc.stringMatching(/^[A-Z][a-z]{1,5}$/), fc.string(), { minKeys: 1 });
    fc.assert(
      fc.property(values, fc.nat(), (parameters, pick) => {
        const names = Object.keys(parameters);
        const name = names[pick % names.length]!;
        const changed = { ...parameters, [name]: `${parameters[name]}!` };
        expect(differences({ ...desired, parameters }, { ...live, parameters })).toEqual([]);
        expect(differences({ ...desired, parameters }, { ...live, parameters: changed })).toEqual([
          `parameter ${name}`,
        ]);
      }),
      { seed: 7 },
    );
  });
});
