import { GetObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { gateProcessed, gateReleased } from '#shared/aws/gate-release.ts';
import type { GateContext } from '#shared/domain/gate/finding.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { anArtifact } from '#test/builders.ts';
import { fakeAws, objects, s3 } from './fake-aws.ts';

fakeAws();
let stored: Map<string, string>;
beforeEach(() => {
  stored = objects();
});
const context: GateContext = { transforms: [], artifactsBuckets: ['artifacts-eu-west-1'], account: '333333333333' };
const artifacts = { prefix: 'artifacts', region: 'eu-west-1' };

/** Uploads a template; answers its key. */
function uploaded(text: string): string {
  const { key } = anArtifact('templates', text);
  stored.set(key, text);
  return key;
}
const gate = (templateKey: string, change: Partial<GateContext> = {}) =>
  gateReleased(artifacts, { stackName: 'orders-api', templateKey }, { ...context, ...change });
const nesting = (key: string, id = 'Web') => `
Parameters: { ArtifactsBucket: { Type: String } }
Resources:
  ${id}:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: !Sub "https://\${ArtifactsBucket}.s3.\${AWS::Region}.\${AWS::URLSuffix}/${key}" }
`;
const queue = 'Resources: { Queue: { Type: AWS::SQS::Queue } }';
const user = 'Resources: { Admin: { Type: AWS::IAM::User } }';

describe('a template as it was released', () => {
  it('is let through when nothing in it is refused, and says whether it nests others', async () => {
    const plain = uploaded(queue);
    expect(await gate(plain)).toEqual({ nests: false });
    expect(await gate(uploaded(nesting(plain)))).toEqual({ nests: true });
    expect(s3).toHaveReceivedCommandWith(GetObjectCommand, { Bucket: 'artifacts-eu-west-1', Key: plain });
  });

  it.each<[string, () => string, string, string | undefined]>([
    ['a user', () => uploaded(user), 'GATE_STATIC_CREDENTIAL', 'Admin'],
    ['a macro of the account', () => uploaded('Transform: Mine\nResources: {}'), 'GATE_TRANSFORM', undefined],
    ['a user in a nested template', () => uploaded(nesting(uploaded(user))), 'GATE_STATIC_CREDENTIAL', 'Web/Admin'],
    [
      'a user two templates below',
      () => uploaded(nesting(uploaded(nesting(uploaded(user), 'Inner')))),
      'GATE_STATIC_CREDENTIAL',
      'Web/Inner/Admin',
    ],
  ])('is refused for %s, and says where', async (_, key, code, resource) => {
    await expect(gate(key())).rejects.toMatchObject({
      name: code,
      problem: { place: { stack: 'orders-api', ...(resource && { resource }) } },
    });
  });

  it('is let through where a policy tolerates what is in it', async () => {
    await expect(gate(uploaded(`Transform: Mine\n${queue}`), { waive: ['GATE_TRANSFORM'] })).resolves.toEqual({
      nests: false,
    });
  });

  it.each([
    ['Resources: [', 'cannot be read'],
    ['Resources: &a { Queue: { Type: AWS::SQS::Queue } }\nOther: *a', 'cannot be read'],
    ['just text', 'is no template'],
    ['', 'is no template'],
  ])('is refused when it reads %j, which nobody can judge', async (text, said) => {
    await expect(gate(uploaded(text))).rejects.toMatchObject({
      name: 'TEMPLATE_INVALID',
      message: expect.stringContaining(said),
    });
    await expect(gate(uploaded(nesting(uploaded(text))))).rejects.toMatchObject({ name: 'TEMPLATE_INVALID' });
  });

  it('is refused when its bytes are not those of the release', async () => {
    const key = uploaded(queue);
    stored.set(key, user);
    await expect(gate(key)).rejects.toMatchObject({ name: 'DIGEST_MISMATCH' });
  });

  it('is refused when it nests deeper than anybody looks', async () => {
    const bottom = Array.from({ length: 12 }).reduce<string>((key) => uploaded(nesting(key)), uploaded(queue));
    await expect(gate(bottom)).rejects.toMatchObject({ name: 'GATE_URL' });
  });
});

describe('what CloudFormation made of a template', () => {
  const url = `https://artifacts-eu-west-1.s3.eu-west-1.amazonaws.com/templates/${'a'.repeat(64)}`;
  const stack: JsonObject = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } };
  const admin: JsonObject = { Resources: { Admin: { Type: 'AWS::IAM::User' } } };
  const nests: JsonObject = { Resources: { Web: stack } };
  const made = (templates: Record<string, JsonObject>, change: Partial<GateContext> = {}) =>
    gateProcessed(new Map(Object.entries(templates)), 'orders-api', { ...context, ...change });

  it.each<[string, Record<string, JsonObject>, string]>([
    ['in the stack itself', { '': admin }, 'Admin'],
    ['in a nested stack', { '': nests, Web: admin }, 'Web/Admin'],
    ['two stacks below', { '': nests, Web: { Resources: { Inner: stack } }, 'Web/Inner': admin }, 'Web/Inner/Admin'],
  ])('is refused for a user %s', (_, templates, resource) => {
    expect(() => made(templates)).toThrow(
      expect.objectContaining({
        name: 'GATE_STATIC_CREDENTIAL',
        problem: expect.objectContaining({ place: expect.objectContaining({ stack: 'orders-api', resource }) }),
      }),
    );
  });

  it('is let through where nothing is refused, also with a nested stack to which nothing happens', () => {
    expect(made({ '': { Resources: {} } })).toEqual([]);
    expect(made({ '': nests })).toEqual([]);
    expect(made({ '': { Resources: { Web: stack, Other: stack } }, Web: { Resources: {} } })).toEqual([]);
  });

  it('answers what a policy tolerates, so that it can be shown', () => {
    const macro: JsonObject = { Resources: { Macro: { Type: 'AWS::CloudFormation::Macro' } } };
    const found = made({ '': macro }, { waive: ['GATE_TRANSFORM'] });
    expect(found).toMatchObject([{ code: 'GATE_TRANSFORM', resource: 'Macro', waived: true }]);
  });
});
