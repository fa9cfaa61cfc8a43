import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, positionOf, positions } from '#shared/domain/template/parse.ts';
import { type Json, transformsOf } from '#shared/domain/template/template.ts';

const queue = 'Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n';

/** The value a text has as a property of a resource. */
function property(text: string): Json | undefined {
  const parsed = parseTemplate(`${queue}    Properties:\n      P: ${text}\n`);
  if (parsed.kind === 'invalid') throw new Error(parsed.message);
  return parsed.template.Resources['Queue']?.Properties?.['P'];
}

function refusal(text: string) {
  const parsed = parseTemplate(text);
  if (parsed.kind !== 'invalid') throw new Error('expected the template to be invalid');
  return parsed;
}

describe('short tags become long forms', () => {
  it.each<[string, string, Json]>([
    ['Ref', '!Ref Name', { Ref: 'Name' }],
    ['GetAtt, split at the first dot only', '!GetAtt a.b.c', { 'Fn::GetAtt': ['a', 'b.c'] }],
    ['GetAtt as a list', '!GetAtt [a, b]', { 'Fn::GetAtt': ['a', 'b'] }],
    ['Sub of text', "!Sub '${A}'", { 'Fn::Sub': '${A}' }],
    ['Sub with variables', "!Sub ['${A}', {A: 1}]", { 'Fn::Sub': ['${A}', { A: 1 }] }],
    ['nesting', "!If [C, !Ref A, !Ref 'AWS::NoValue']", { 'Fn::If': ['C', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] }],
    ['Condition', '!Condition C', { Condition: 'C' }],
    ['GetAZs of nothing', "!GetAZs ''", { 'Fn::GetAZs': '' }],
    ['Base64 of a long form', '!Base64 {"Fn::Sub": x}', { 'Fn::Base64': { 'Fn::Sub': 'x' } }],
    ['ToJsonString', '!ToJsonString {a: 1}', { 'Fn::ToJsonString': { a: 1 } }],
    ['a number under a tag is text', '!Ref 123', { Ref: '123' }],
  ])('%s', (_case, text, expected) => {
    expect(property(text)).toEqual(expected);
  });

  it.each([
    ['a list for Ref', '!Ref [a]', '!Ref takes a text', 15],
    ['an object for Ref', '!Ref {a: b}', '!Ref takes a text', 15],
    ['text for Join', '!Join x', '!Join takes a list', 16],
    ['a list for Transform', '!Transform [a]', '!Transform takes an object', 21],
    ['nothing for Ref', '!Ref', '!Ref needs a value', 14],
    ['GetAtt without attribute', '!GetAtt a', '!GetAtt takes a logical id and an attribute', 18],
    ['an unknown tag', '!Rfe a', 'unsupported tag !Rfe', 15],
    ['a tag CloudFormation does not read', '!!binary aGk=', 'unsupported tag tag:yaml.org,2002:binary', 19],
  ])('refuses %s', (_case, text, message, column) => {
    const refused = refusal(`${queue}    Properties:\n      P: ${text}`);
    expect(refused.message).toContain(message);
    expect(refused.line).toBe(5);
    expect(refused.column).toBe(column);
  });
});

describe('YAML 1.1 as CloudFormation reads it', () => {
  it.each<[string, string, Json]>([
    ['yes is true', 'yes', true],
    ['off is false', 'off', false],
    ['a lone y is text', 'y', 'y'],
    ['a lone N is text', 'N', 'N'],
    ['dates are text', '2012-10-17', '2012-10-17'],
    ['colons in digits are text', '22:22', '22:22'],
    ['a leading zero is octal', '0123', 83],
    ['numbers', '-1.5', -1.5],
    ['an explicit string', '!!str 5', '5'],
    ['integers beyond 2^53 keep their digits', '123456789012345678901', '123456789012345678901'],
    ['what JSON has no number for is text', '.nan', '.nan'],
    ['an anchor alone is harmless', '&a x', 'x'],
    ['empty collections', '[{}, []]', [{}, []]],
  ])('%s', (_case, text, expected) => {
    expect(property(text)).toEqual(expected);
  });

  it('keeps keys as they are written', () => {
    const parsed = parseTemplate(`Mappings:\n  M:\n    012345678901: {on: x}\n${queue}`);
    expect(parsed).toMatchObject({ template: { Mappings: { M: { '012345678901': { on: 'x' } } } } });
  });

  it('does not let a key become a prototype', () => {
    expect(Object.keys(property('{__proto__: {x: 1}}') as object)).toEqual(['__proto__']);
  });
});

describe('malformed text', () => {
  const aliases = 'Template error: YAML aliases are not allowed in CloudFormation templates';
  it.each<[string, string, string, number | undefined, number | undefined]>([
    ['broken YAML', 'Resources: [', 'Template format error: YAML not well-formed. (line 1, column 13)', 1, 13],
    ['broken JSON', '{"Resources": {', 'Template format error: JSON not well-formed. (line 1, column 16)', 1, 16],
    ['JSON with YAML in it', '{Resources: {}}', 'Template format error: JSON not well-formed.', undefined, undefined],
    ['two documents', `${queue}---\n${queue}`, 'YAML not well-formed', 4, 1],
    ['two tags on one value', 'a: !Base64 !Sub x', 'YAML not well-formed', 1, 12],
    ['a duplicate key', `${queue}Outputs: {}\nOutputs: {}`, "duplicate key 'Outputs'. (line 5, column 1)", 5, 1],
    ['a duplicate key in JSON', '{"Resources": {},\n "Resources": {}}', "duplicate key 'Resources'", 2, 2],
    ['a duplicate key, quoted once', 'a:\n  1: x\n  "1": y', "duplicate key '1'", 3, 3],
    ['an alias', 'a: &x 1\nb: *x', aliases, 2, 4],
    ['a merge key', 'a:\n  <<: {b: 1}', 'keys must be plain text', 2, 3],
    ['a list as key', '? [a]\n: b', 'keys must be plain text', 1, 3],
    ['a tagged key', '!Ref a: b', 'keys must be plain text', 1, 6],
    ['nesting beyond reason', `a: ${'['.repeat(300)}${']'.repeat(300)}`, 'nested too deeply', 1, 204],
  ])('refuses %s', (_case, text, message, line, column) => {
    const refused = refusal(text);
    expect(refused.message).toContain(message);
    expect({ line: refused.line, column: refused.column }).toEqual({ line, column });
  });

  it('survives input made to exhaust the stack', () => {
    expect(refusal(`a: ${'['.repeat(60_000)}${']'.repeat(60_000)}`).message).toBe(
      'Template format error: nested too deeply.',
    );
  });
});

describe('structure', () => {
  const many = (count: number, member: string) =>
    Array.from({ length: count }, (_, index) => `  N${index}: ${member}`).join('\n');

  it.each([
    ['no text', '', 'Template format error: unsupported structure.', 1, 1],
    ['a scalar', 'hello', 'unsupported structure', 1, 1],
    ['a list', '- a', 'unsupported structure', 1, 1],
    ['an unknown section', `${queue}Foo: {}\nBar: {}`, 'Invalid template property or properties [Foo, Bar]', 4, 1],
    ['Globals without a transform', `${queue}Globals: {}`, 'Invalid template property or properties [Globals]', 4, 1],
    ['no Resources', 'Description: x', 'At least one Resources member must be defined.', 1, 1],
    ['empty Resources', 'Resources: {}', 'At least one Resources member must be defined.', 1, 1],
    ['a null', `${queue}    Properties:\n`, "[/Resources/Queue/Properties] 'null' values are not", 4, 5],
    ['a null in a list', `${queue}    Properties:\n      L: [1, ~]`, '[/Resources/Queue/Properties/L/1]', 5, 14],
    ['another version', `${queue}AWSTemplateFormatVersion: 2020-01-01`, 'is 2010-09-09', 4, 1],
    ['a description that is no text', `${queue}Description: [a]`, 'Every Description member must be a string', 4, 1],
    ['a long description', `${queue}Description: ${'é'.repeat(513)}`, 'length is greater than 1024', 4, 1],
    ['a section that is a list', `${queue}Parameters: []`, "'Parameters' must be an object", 4, 1],
    ['a name with a dash', 'Resources:\n  a-b: {Type: A}', 'Resource name a-b is non alphanumeric', 2, 3],
    ['a parameter name with a dash', `Parameters:\n  a-b: {Type: String}\n${queue}`, 'Parameter name a-b is non', 2, 3],
    ['a loop', 'Resources:\n  Fn::ForEach::X: [a]', 'expanded by a transform, which is not supported', 2, 3],
    ['too many resources', `Resources:\n${many(501, '{Type: A}')}`, 'resources, 501, is greater than maximum', 1, 1],
    ['a resource that is text', 'Resources:\n  A: x', 'Every Resources member must be an object', 2, 3],
    ['a resource without type', 'Resources:\n  A: {}', '[/Resources/A] Every Resources object must contain', 2, 3],
    ['an unknown member', 'Resources:\n  A: {Type: T, Foo: 1}', "Invalid template resource property 'Foo'", 2, 16],
    ['properties as a list', 'Resources:\n  A: {Type: T, Properties: []}', 'must be an object', 2, 16],
    ['dependencies on a number', 'Resources:\n  A: {Type: T, DependsOn: [1]}', 'a list of strings', 2, 16],
    [
      'an unknown policy',
      'Resources:\n  A: {Type: T, DeletionPolicy: Keep}',
      'Unrecognized DeletionPolicy Keep',
      2,
      16,
    ],
    [
      'a policy only deletion has',
      'Resources:\n  A: {Type: T, UpdateReplacePolicy: RetainExceptOnCreate}',
      'Unrec',
      2,
      16,
    ],
    ['a mapping that is text', `Mappings:\n  M: x\n${queue}`, '[/Mappings/M] Every Mappings member', 2, 3],
    [
      'a flat mapping',
      `Mappings:\n  M: {a: b}\n${queue}`,
      '[/Mappings/M/a] Every Mappings attribute must be a map',
      2,
      7,
    ],
    ['a deep mapping', `Mappings:\n  M: {a: {b: {c: d}}}\n${queue}`, 'must be a String or a List', 2, 11],
    ['a literal condition', `Conditions:\n  C: yes\n${queue}`, 'Conditions can only be boolean operations', 2, 3],
    ['an output without value', `${queue}Outputs:\n  O: {Description: x}`, 'must contain a Value object', 5, 3],
    ['an output that is text', `${queue}Outputs:\n  O: x`, 'must contain a Value object', 5, 3],
    ['an unknown output member', `${queue}Outputs:\n  O: {Value: x, Foo: y}`, "output property 'Foo'", 5, 17],
    ['an export without name', `${queue}Outputs:\n  O: {Value: x, Export: {}}`, 'must contain a Name', 5, 17],
    ['an export that is text', `${queue}Outputs:\n  O: {Value: x, Export: y}`, 'must contain a Name', 5, 17],
    ['a parameter without type', `Parameters:\n  P: {Default: x}\n${queue}`, 'must contain a Type member', 2, 3],
    ['a parameter that is text', `Parameters:\n  P: x\n${queue}`, 'must contain a Type member', 2, 3],
    ['an unknown parameter member', `Parameters:\n  P: {Type: String, Foo: x}\n${queue}`, "property 'Foo'", 2, 21],
    [
      'an unknown parameter type',
      `Parameters:\n  P: {Type: Strin}\n${queue}`,
      'Unrecognized parameter type: Strin',
      2,
      7,
    ],
    [
      'a default that is a list',
      `Parameters:\n  P: {Type: String, Default: [x]}\n${queue}`,
      'Every Default member',
      2,
      21,
    ],
    [
      'allowed values of objects',
      `Parameters:\n  P: {Type: String, AllowedValues: [{}]}\n${queue}`,
      'a list of',
      2,
      21,
    ],
    ['a length that is text', `Parameters:\n  P: {Type: String, MinLength: x}\n${queue}`, 'must be a number', 2, 21],
    ['NoEcho that is neither', `Parameters:\n  P: {Type: String, NoEcho: maybe}\n${queue}`, 'true or false', 2, 21],
  ])('refuses %s', (_case, text, message, line, column) => {
    expect(refusal(text)).toEqual({ kind: 'invalid', message: expect.stringContaining(message), line, column });
  });

  it.each([
    ['the smallest template', queue],
    [
      'every section',
      `AWSTemplateFormatVersion: 2010-09-09\nDescription: d\nMetadata: {a: 1}\nHooks: {h: {}}\n${queue}`,
    ],
    ['lists in mappings', `Mappings:\n  M: {a: {b: [1, x]}}\n${queue}`],
    ['names of mappings with dashes', `Mappings:\n  a-b: {a: {b: c}}\n${queue}`],
    ['globals of a transform', `Transform: AWS::Serverless-2016-10-31\nGlobals: {}\n${queue}`],
    ['members a macro takes', `Transform: Boto3\nResources:\n  A: {Type: T, Mode: Create}`],
    [
      'policies',
      `${queue}    DeletionPolicy: RetainExceptOnCreate\n    UpdateReplacePolicy: Snapshot\n    DependsOn: Queue`,
    ],
    [
      'computed policies of a transform',
      `${queue}    DeletionPolicy: !If [C, Retain, Delete]\n    UpdateReplacePolicy: !If [C, Retain, Delete]`,
    ],
    [
      'a full parameter',
      `Parameters:\n  P: {Type: Number, Default: 1, AllowedValues: [1, 2], MinValue: "1", NoEcho: "true"}\n${queue}`,
    ],
    [
      'conditions and outputs',
      `Conditions: {C: !Equals [a, b]}\n${queue}Outputs:\n  O: {Value: x, Condition: C, Export: {Name: n}}`,
    ],
    ['JSON', '{"Resources": {"A": {"Type": "T"}}}'],
    [
      'JSON with tabs and escapes',
      '{\n\t"Resources":\t{"A": {"Type": "T",\n\t"Metadata": {"x": "\\/\\ud83d\\ude00"}}}}',
    ],
  ])('accepts %s', (_case, text) => {
    expect(parseTemplate(text)).toMatchObject({ kind: 'template' });
  });
});

describe('positions', () => {
  const text = `${queue}    Properties:\n      P: !Sub ['\${A}', {A: !GetAtt Queue.Arn}]\n      L:\n        - x\n        - !Ref Queue\n`;
  it.each<[string, (string | number)[], { line: number; column: number } | undefined]>([
    ['the document', [], { line: 1, column: 1 }],
    ['a section', ['Resources'], { line: 1, column: 1 }],
    ['a property', ['Resources', 'Queue', 'Properties', 'P'], { line: 5, column: 7 }],
    ['a short tag by its long name', ['Resources', 'Queue', 'Properties', 'P', 'Fn::Sub'], { line: 5, column: 7 }],
    ['inside it', ['Resources', 'Queue', 'Properties', 'P', 'Fn::Sub', 1, 'A'], { line: 5, column: 25 }],
    [
      'both parts of !GetAtt',
      ['Resources', 'Queue', 'Properties', 'P', 'Fn::Sub', 1, 'A', 'Fn::GetAtt', 1],
      { line: 5, column: 25 },
    ],
    ['a list item', ['Resources', 'Queue', 'Properties', 'L', 1], { line: 8, column: 16 }],
    ['what is not there', ['Resources', 'Queue', 'Foo'], undefined],
    ['an index beyond the list', ['Resources', 'Queue', 'Properties', 'L', 7], undefined],
    ['a member of a scalar', ['Resources', 'Queue', 'Type', 'x'], undefined],
  ])('finds %s', (_case, path, expected) => {
    expect(positionOf(text, path)).toEqual(expected);
  });

  it('finds nothing in malformed text', () => {
    expect(positions('a: [')(['a'])).toBeUndefined();
  });

  it('starts empty text at its beginning', () => {
    expect(positionOf('', [])).toEqual({ line: 1, column: 1 });
  });
});

describe('transforms', () => {
  it.each<[string, Json | undefined, string[]]>([
    ['none', undefined, []],
    ['one', 'A', ['A']],
    ['several', ['A', { Name: 'AWS::Include' }], ['A', '{"Name":"AWS::Include"}']],
  ])('lists %s', (_case, Transform, expected) => {
    expect(transformsOf({ Resources: {}, ...(Transform === undefined ? {} : { Transform }) })).toEqual(expected);
  });
});

describe('laws', () => {
  const members = fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,8}$/), fc.jsonValue(), {
    maxKeys: 5,
  });
  const withoutNull = members.filter((value) => !JSON.stringify(value).includes('null'));

  it('JSON text keeps its data', () => {
    fc.assert(
      fc.property(withoutNull, (Properties) => {
        const Resources = { A: { Type: 'T', Properties } };
        const text = JSON.stringify({ Resources });
        expect(parseTemplate(text)).toEqual({ kind: 'template', template: JSON.parse(text) });
      }),
      { seed: 1 },
    );
  });

  it('any text is a template or says why not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(['template', 'invalid']).toContain(parseTemplate(text).kind);
      }),
      { seed: 2 },
    );
  });
});

const corpus = globSync('../shared/corpus/**/*.{yaml,yml}');
describe.skipIf(corpus.length === 0)('published templates (skipped where the corpus is absent)', () => {
  it.each(corpus)('%s is a template, or uses what CloudFormation itself refuses', (file) => {
    const parsed = parseTemplate(readFileSync(file, 'utf8'));
    expect(parsed.kind === 'invalid' ? parsed.message : 'template').toMatch(/^template$|unsupported tag !Rain::/);
  });
});
